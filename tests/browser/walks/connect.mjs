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
    const { orderId } = await server.call(token, '/capi/v1/order', {
      paymentMethod: 'invoice',
      orderAmount: 295,
      payer: { lastName: 'Nordmann', postalCode: '0150', emails: ['kari@example.no'] },
      orderLines: [{ productSpecType: 'coupon', productSpecCode: 'TOTT', productSpecNo: 60, quantity: 1, unitPrice: 295 }],
    });
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
};
