"""A server with something in it: credentials of every API, orders, accounts, a catalogue, a user who is signed in."""

import http.client
import http.cookiejar
import json
import os
import re
import subprocess
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = "https://site.example/back"
CONFIGURATION = """
[connect]
calls_a_second = 0
calls_a_minute = 0
[marketplace]
complete_after_milliseconds = 0
"""


def program():
    """The program under test, as the stories find it."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    return os.environ.get("ORDREBOK_PROGRAM") or str(target / "debug" / "ordrebok")


class World:
    """One server on an empty database, with --sandbox."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        place = Path(self.folder.name)
        self.place = ["--data", str(place / "data")]
        (place / "ordrebok.toml").write_text(CONFIGURATION)
        self.log = open(place / "log", "w+")
        command = [program(), *self.place, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--config", str(place / "ordrebok.toml")]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.server.stdout.readline().split()[-1]
        self.headers, self.names = {}, {}
        self.fill()
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait(timeout=30)
        self.folder.cleanup()

    def has_panicked(self):
        self.log.seek(0)
        return "panicked at" in self.log.read()

    def run(self, *arguments, text=None):
        done = subprocess.run([program(), *self.place, *arguments], input=text, capture_output=True, text=True, check=True)
        return done.stdout

    def call(self, api, method, path, body=None, headers=None):
        """Makes a call, which must succeed, and gives its JSON."""
        sent = {"Content-Type": "application/json", **self.headers.get(api, {}), **(headers or {})}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def fill(self):
        self.run("merchant", "add", "Shop")
        keys = {}
        for api in ("connect", "afterpay", "marketplace", "ordrebok"):
            more = ["--redirect-uri", SITE] if api == "connect" else []
            keys[api] = json.loads(self.run("credential", "add", "--merchant", "Shop", "--api", api, "--json", *more))
        self.headers["afterpay"] = {"X-Auth-Key": keys["afterpay"]["secret"]}
        self.headers["ordrebok"] = {"Authorization": "Bearer " + keys["ordrebok"]["secret"]}
        self.headers["connect"] = {"Authorization": "Bearer " + self.token("/user/oauth/token", keys["connect"])}
        self.headers["marketplace"] = {
            "Authorization": "Bearer " + self.token("/ims/token/v3", keys["marketplace"]),
            "X-Api-Key": keys["marketplace"]["id"],
        }
        self.run("merchant", "add", "Other")
        self.run("credential", "add", "--merchant", "Other", "--api", "connect")
        operator = json.loads(self.run("credential", "add", "--operator", "--json"))
        self.headers["operator"], self.names["operator"] = {"Authorization": "Bearer " + operator["secret"]}, {"number": "1"}
        self.headers["users"] = {"Authorization": "Bearer " + self.sign_in(keys["connect"])}
        for fill in (self.fill_afterpay, self.fill_connect, self.fill_marketplace, self.fill_native):
            fill()

    def token(self, path, key, **more):
        form = {"grant_type": "client_credentials", "client_id": key["id"], "client_secret": key["secret"], **more}
        with urllib.request.urlopen(self.url + path, urllib.parse.urlencode(form).encode()) as answer:
            return json.load(answer)["access_token"]

    def sign_in(self, key):
        """Makes a user as a browser does, and gets a token for them."""
        jar = http.cookiejar.CookieJar()
        stay = type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None})
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), stay)

        def visit(path, form=None):
            data = form and urllib.parse.urlencode(form).encode()
            try:
                return browser.open(self.url + path, data)
            except urllib.error.HTTPError as answer:
                if answer.code == 303:
                    return answer
                raise

        query = urllib.parse.urlencode({"clientId": key["id"], "returnUrl": SITE})
        page = visit("/user/createUser?" + query).read().decode()
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
        unescaped = {name: value.replace("&amp;", "&") for name, value in hidden.items()}
        visit(re.search(r' action="([^"]*)"', page)[1].replace("&amp;", "&"), {**unescaped, "credential": "kari@example.no", "password": "et langt passord"})
        query = urllib.parse.urlencode({"response_type": "code", "client_id": key["id"], "redirect_uri": SITE})
        back = visit("/user/oauth/authorize?" + query).headers["Location"]
        code = urllib.parse.parse_qs(urllib.parse.urlparse(back).query)["code"][0]
        return self.token("/user/oauth/token", key, grant_type="authorization_code", code=code, redirect_uri=SITE)

    def fill_afterpay(self):
        line = {"productId": "ITEM1", "description": "Clips", "quantity": 9, "grossUnitPrice": 10, "netUnitPrice": 8, "vatPercent": 25, "lineNumber": 1}
        order = {
            "payment": {"type": "Invoice"},
            "customer": {
                "customerCategory": "Person", "customerNumber": "CUSTOMER1", "firstName": "Kari", "lastName": "Nordmann", "email": "kari@example.no",
                "address": {"street": "Storgata", "streetNumber": "55", "postalCode": "0155", "postalPlace": "Oslo", "countryCode": "NO"},
            },
            "order": {"number": "SHOPORDER1", "totalGrossAmount": 90, "totalNetAmount": 72, "currency": "NOK", "items": [line]},
        }
        placed = self.call("afterpay", "POST", "/api/v3/checkout/authorize", order)
        part = {"totalGrossAmount": 30, "totalNetAmount": 24, "currency": "NOK", "items": [{**line, "quantity": 3}]}
        at = "/api/v3/orders/SHOPORDER1/"
        self.call("afterpay", "POST", at + "captures", {"orderDetails": part, "invoiceNumber": "SHIPMENT1"})
        refund = self.call("afterpay", "POST", at + "refunds", {"captureNumber": "SHIPMENT1", "orderItems": [{**line, "quantity": 1}]})
        self.call("afterpay", "POST", at + "captures/SHIPMENT1/shipping-details", {"type": "Shipment", "shippingCompany": "UPS", "trackingId": "1Z9"})
        self.names["afterpay"] = {
            "order": "SHOPORDER1", "number": ["SHIPMENT1", refund["refundNumbers"][0]], "shipping": "1", "customer": "CUSTOMER1",
            "checkout": placed["checkoutId"],
        }

    def fill_connect(self):
        payer = {"customerNumber": 563457, "firstName": "Kari", "lastName": "Nordmann", "emails": ["kari@example.no"]}
        line = {"productSpecType": "coupon", "productSpecCode": "TOTT", "productSpecNo": 60, "quantity": 1, "unitPrice": 295}
        order = {"externalOrderId": "E1", "paymentMethod": "invoice", "orderAmount": 295, "payer": payer, "orderLines": [line]}
        registered = self.call("connect", "POST", "/capi/v1/client/order", order)
        self.call("users", "POST", "/capi/v1/order", order)
        coupon = {"companyCode": "F", "product": "TOTT", "couponCode": "TOTT", "couponNumber": 60, "couponPrice": "100", "vatPercent": 25, "currency": "NOK"}
        catalogue = {
            "products": [{"product": "TOTT", "productType": "subscription"}], "coupons": [coupon],
            "vouchers": [{"voucherCode": "VOUCHER1", "coupons": [{"couponCode": "TOTT", "couponNumber": 60}]}],
            "stock": [{"productId": "BOOK1", "inStock": 7}],
        }
        file = Path(self.folder.name) / "catalogue.json"
        file.write_text(json.dumps(catalogue))
        self.run("catalogue", "--merchant", "Shop", "--api", "connect", str(file))
        self.names["connect"] = self.names["users"] = {
            "orderId": str(registered["orderId"]), "productCode": "TOTT", "voucherCode": "VOUCHER1", "productType": "subscription", "productId": "BOOK1",
        }

    def fill_marketplace(self):
        profile = {
            "companyName": "Acme Works", "preferredLanguage": "en-US", "marketSegment": "COM",
            "address": {"country": "US", "region": "CA", "city": "San Jose", "addressLine1": "200 Fairmont Ave", "postalCode": "95110", "phoneNumber": "800-123-4567"},
            "contacts": [{"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com", "phoneNumber": "800-123-4567"}],
        }
        calls = iter(range(100))

        def post(path, body):
            return self.call("marketplace", "POST", path, body, {"X-Correlation-Id": f"fill-{next(calls)}"})

        own = {name: value for name, value in profile.items() if name != "marketSegment"}
        reseller = post("/v3/resellers", {"externalReferenceId": "R", "distributorId": "345434543", "companyProfile": own})
        customer = post("/v3/customers", {"externalReferenceId": "C", "resellerId": reseller["resellerId"], "companyProfile": profile})
        at = f"/v3/customers/{customer['customerId']}/"
        deployment = post(at + "deployments", {"companyProfile": {"address": {"country": "NO", "city": "Oslo"}}})
        line = {"extLineItemNumber": 1, "offerId": "80004567CA01A12", "quantity": 2, "currencyCode": "USD"}
        order = post(at + "orders", {"externalReferenceId": "O", "orderType": "NEW", "currencyCode": "USD", "lineItems": [line]})
        self.names["marketplace"] = {
            "reseller": reseller["resellerId"], "customer": customer["customerId"], "deployment": deployment["deploymentId"], "order": order["orderId"],
            "version": "v3",
        }

    def fill_native(self):
        line = {"product": "ITEM1", "description": "Clips", "quantity": 9, "unitGross": 10}
        order = {"number": "OWNORDER1", "customer": {"number": "CUSTOMER1", "name": "Kari"}, "currency": "NOK", "lines": [line], "reserve": {}}
        self.call("ordrebok", "POST", "/ordrebok/v1/orders", order)
        self.call("ordrebok", "POST", "/ordrebok/v1/orders/OWNORDER1/capture", {"number": "PART1", "items": [{"product": "ITEM1", "quantity": 3}]})
        self.names["ordrebok"] = {"order": ["OWNORDER1", "connect:" + self.names["connect"]["orderId"], "afterpay:SHOPORDER1"], "file": "connect.json", "api": "connect"}
