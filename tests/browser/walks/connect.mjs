// The login server of the Connect dialect: signing in, and paying for an order.

import assert from 'node:assert/strict';

const password = 'et langt passord';

// A publisher with a client whose users are sent back to its site.
function publisher({ server, site }) {
  const back = `${site.url}/back`;
  server.merchant('Fjellforlaget');
  const { id, secret } = server.credential('Fjellforlaget', 'connect', '--redirect-uri', back);
  return { id, secret, back };
}

function query(parameters) {
  return new URLSearchParams(parameters).toString();
}

function authorizePath(client) {
  const { back } = client;
  return `/user/oauth/authorize?${query({ response_type: 'code', client_id: client.id, redirect_uri: back, state: 's' })}`;
}

// Fills in the form that makes a user, and leaves the browser on the site.
async function createUser({ page, visitor, client }, name) {
  await page.goto(`/user/createUser?${query({ clientId: client.id, returnUrl: client.back })}`);
  await visitor.check();
  await page.getByLabel('Email address or mobile number').fill(name);
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Create user' }).click();
  await page.waitForURL(`${client.back}**`);
}

async function tokenOf({ server, client }, parameters) {
  const answer = await fetch(`${server.url}/user/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: client.id, client_secret: client.secret, ...parameters }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).access_token;
}

function registration(paymentMethod) {
  return {
    paymentMethod,
    orderAmount: 295,
    payer: { lastName: 'Nordmann', postalCode: '0150', emails: ['kari@example.no'] },
    orderLines: [{ productSpecType: 'coupon', productSpecCode: 'TOTT', productSpecNo: 60, quantity: 1, unitPrice: 295 }],
  };
}

// Has a path of the site answer as the merchant's connector of this kind.
function connector({ server, site }, kind, path) {
  server.command(['connector', 'set', '--merchant', 'Fjellforlaget', kind, '--url', site.url + path]);
}

// Registers an order of the user who is signed in, and gives the path of its fulfilment page.
async function order(stage, paymentMethod) {
  const { client, server } = stage;
  const { orderId } = await server.call(await userToken(stage), '/capi/v1/order', registration(paymentMethod));
  return `/user/fulfillment?${query({ orderId, clientId: client.id, returnUrl: client.back })}`;
}

// The token of whoever is signed in, by way of the authorization page.
async function userToken(stage) {
  await stage.page.goto(authorizePath(stage.client));
  const code = new URL(stage.page.url()).searchParams.get('code');
  assert(code, `a code comes back: ${stage.page.url()}`);
  return tokenOf(stage, { grant_type: 'authorization_code', code, redirect_uri: stage.client.back });
}

export default (walk) => {
  walk('a user is made, signs out, is told of a wrong password, and signs in', async (stage) => {
    const client = publisher(stage);
    const { page, visitor } = stage;
    await createUser({ ...stage, client }, 'kari@example.no');
    await page.goto(`/user/logout?${query({ clientId: client.id, returnUrl: client.back })}`);
    await page.goto(authorizePath(client));
    await visitor.check();
    assert.equal(await page.title(), 'Sign in');
    // By keyboard alone.
    await page.getByLabel('Email address or mobile number').focus();
    await page.keyboard.type('kari@example.no');
    await page.keyboard.press('Tab');
    await page.keyboard.type('not this one');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await visitor.check();
    assert.equal(await page.getByLabel('Email address or mobile number').inputValue(), 'kari@example.no');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${client.back}?code=*&state=s`);
    const token = await userToken({ ...stage, client });
    assert.deepEqual(await stage.server.call(token, '/capi/v1/order/status'), { orders: [] });
  });

  walk('a payer cancels an order, comes back, and confirms it', async (stage) => {
    const client = publisher(stage);
    const { page, visitor, server } = stage;
    await createUser({ ...stage, client }, 'kari@example.no');
    const token = await userToken({ ...stage, client });
    const { orderId } = await server.call(token, '/capi/v1/order', registration('invoice'));
    const path = `/user/fulfillment?${query({ orderId, clientId: client.id, returnUrl: client.back })}`;
    const status = async () => (await server.call(token, '/capi/v1/order/status')).orders[0].orderStatus;
    await page.goto(path);
    await visitor.check();
    assert.match(await page.locator('main').innerText(), /295 NOK/);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForURL(`${client.back}?fulfillmentStatus=cancel`);
    assert.equal(await status(), 'preliminary');
    await page.goto(path);
    await page.getByRole('button', { name: 'Confirm the order' }).click();
    await page.waitForURL(`${client.back}?fulfillmentStatus=success`);
    assert.equal(await status(), 'processed');
  });

  walk('a payer is sent to the provider, comes back, and goes on', async (stage) => {
    const client = publisher(stage);
    const { page, visitor, server, site } = stage;
    connector(stage, 'payment', '/pay');
    site.answers['/pay'] = { status: 'pending', paymentUrl: `${site.url}/provider` };
    await createUser({ ...stage, client }, 'kari@example.no');
    const path = await order({ ...stage, client }, 'kco');
    await page.goto(path);
    await visitor.check();
    await page.getByRole('button', { name: 'Confirm the order' }).click();
    await page.waitForURL(`${site.url}/provider`);
    site.answers['/pay'] = { status: 'paid' };
    await page.goto(site.asked.at(-1).data.returnUrl);
    await page.waitForURL(`${client.back}?fulfillmentStatus=success`);
    assert.equal(server.command(['verify']).length > 0, true);
  });

  walk('a payer who has to wait looks again, and goes back', async (stage) => {
    const client = publisher(stage);
    const { page, visitor, site } = stage;
    connector(stage, 'payment', '/pay');
    site.answers['/pay'] = { status: 'pending' };
    await createUser({ ...stage, client }, 'kari@example.no');
    await page.goto(await order({ ...stage, client }, 'sms'));
    await page.getByRole('button', { name: 'Confirm the order' }).click();
    await page.getByRole('heading', { name: 'Waiting for your payment' }).waitFor();
    await visitor.check();
    const asked = site.asked.length;
    await page.getByRole('link', { name: 'Look again' }).click();
    await page.getByRole('heading', { name: 'Waiting for your payment' }).waitFor();
    assert(site.asked.length > asked, 'the connector is asked again');
    await page.getByRole('link', { name: 'Go back without waiting' }).click();
    await page.waitForURL(`${client.back}?fulfillmentStatus=unknown`);
  });

  walk('whom a message has invited chooses a password', async (stage) => {
    const client = publisher(stage);
    const { page, visitor, server, site } = stage;
    connector(stage, 'message', '/send');
    const token = await tokenOf({ server, client }, { grant_type: 'client_credentials' });
    const { orderId } = await server.call(token, '/capi/v1/client/order', registration('free'));
    await server.call(token, '/capi/v1/client/order/fulfillment', { orderId });
    await server.call(token, `/capi/v1/client/order/${orderId}/user`, {
      credential: 'ola@example.no', isSendMessage: true, overrideClientId: client.id, returnUrl: client.back, errorUrl: client.back,
    });
    while (site.asked.length === 0) await new Promise((resolve) => { setTimeout(resolve, 50); });
    await page.goto(site.asked[0].data.link);
    await visitor.check();
    await page.getByLabel('New password').fill('kort');
    await page.getByRole('button', { name: 'Save the password' }).click();
    await page.getByRole('alert').waitFor();
    await visitor.check();
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Save the password' }).click();
    await page.waitForURL(client.back);
    const orders = await server.call(await userToken({ ...stage, client }), '/capi/v1/order/status');
    assert.deepEqual(orders.orders.map((seen) => seen.orderId), [orderId]);
    // The link is good once.
    await page.goto(site.asked[0].data.link);
    await visitor.check();
    assert.match(await page.locator('main').innerText(), /has been used/);
  });
};
