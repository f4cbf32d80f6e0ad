// Whether a webhook is signed as the Standard Webhooks project's own library has it. Reads {"secret", "headers",
// "body"} from standard input; ends with 0 when it is, with 1 and the reason when it isn't.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
try {
  new Webhook(secret).verify(body, headers);
} catch (error) {
  console.error(String(error));
  process.exit(1);
}
