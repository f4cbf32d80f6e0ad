// The console: people look at orders and act on them.

import assert from 'node:assert/strict';
import http from 'node:http';

const chosen = 'four words go here';

// A merchant with a program, an order of so many kroner that is reserved, and somebody who administers.
async function shop({ server }) {
  server.merchant('Nordlys');
  const { secret } = server.credential('Nordlys', 'ordrebok');
  const order = await server.call(secret, '/ordrebok/v1/orders', {
    number: 'NN-1',
    customer: { number: 'K-1', name: 'Kari Nordmann', email: 'kari@example.no' },
    currency: 'NOK',
    total: 1500,
    reserve: {},
    lines: [{ number: 1, product: 'LAMP', description: 'Lamp', quantity: 3, unitGross: 500, vatPercent: 25 }],
  });
  return { secret, id: order.id };
}

function person(server, name, role) {
  return JSON.parse(server.command(['person', 'add', name, '--role', role, '--json'])).password;
}

// Signs in with a one-time password and changes it, by keyboard alone.
async function enter({ page, server, visitor }, name, role) {
  const password = person(server, name, role);
  await page.goto('/console');
  await visitor.check();
  await page.getByLabel('Name').focus();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/console/password');
  await visitor.check();
  await page.getByLabel('The password that you have').fill(password);
  await page.getByLabel('The new one', { exact: true }).fill(chosen);
  await page.getByLabel('The new one again').fill(chosen);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/console');
  await page.getByRole('link', { name: 'Nordlys' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

const timeline = (page) => page.locator('.timeline > li');

export default (walk) => {
  walk('an order is found, captured in part, and refunded; its timeline grows', async (stage) => {
    const { page, visitor, withScripts } = { ...stage, withScripts: stage.visitor.withScripts };
    const { secret, id } = await shop(stage);
    await enter(stage, 'kari', 'administer');
    await visitor.check();

    if (withScripts) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Orders' }).click();
      await page.waitForURL('**/console/1/orders');
      await page.keyboard.press('/');
      await page.keyboard.type('nobody');
      await page.getByText('No such order').waitFor();
      await page.getByLabel('Search orders').fill('nordm');
      await page.getByRole('link', { name: 'NN-1' }).waitFor();
      assert.match(page.url(), /q=nordm/);
      await visitor.check();
      await page.keyboard.press('Escape');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
    } else {
      await page.getByLabel('Search orders').fill('nordm');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'NN-1' }).click();
    }
    await page.getByRole('heading', { name: 'NN-1', level: 1 }).waitFor();
    await visitor.check();
    const before = await timeline(page).count();

    await page.getByRole('link', { name: 'Capture', exact: true }).click();
    await visitor.check();
    await page.getByLabel('An amount').check();
    await page.getByLabel('Amount in NOK').fill('1 000,50');
    await page.getByLabel('Invoice number').fill('F-1');
    await page.getByRole('button', { name: 'See what it would do' }).click();
    await page.getByRole('heading', { name: 'What it would do' }).waitFor();
    await visitor.check();
    await page.getByRole('button', { name: 'Capture now' }).click();
    await page.getByRole('status').filter({ hasText: 'The amount is captured.' }).waitFor();
    assert.equal(await timeline(page).count(), before + 1);

    await page.getByRole('link', { name: 'Refund', exact: true }).click();
    await page.getByLabel('What lines come to').check();
    await page.getByLabel('Lamp (of 3)').fill('1');
    await page.getByRole('button', { name: 'See what it would do' }).click();
    await page.getByRole('button', { name: 'Refund now' }).click();
    await page.getByRole('status').filter({ hasText: 'The amount is refunded.' }).waitFor();
    assert.equal(await timeline(page).count(), before + 2);
    assert.match(await timeline(page).first().innerText(), /Refunded 500\.00/);
    await visitor.check();
    const { money } = await stage.server.call(secret, `/ordrebok/v1/orders/${id}`);
    assert.deepEqual([money.captured, money.refunded, money.remaining], [1000.5, 500, 499.5]);
  });

  walk('a call that was given up is made again', async (stage) => {
    const { page, visitor, server } = stage;
    server.merchant('Nordlys');
    const { id, secret } = server.credential('Nordlys', 'connect');
    const granted = await fetch(`${server.url}/user/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
    });
    const token = (await granted.json()).access_token;
    let calls = 0;
    const receiver = http.createServer((_, response) => {
      calls += 1;
      response.statusCode = calls === 1 ? 500 : 200;
      response.end();
    });
    await new Promise((resolve) => { receiver.listen(0, '127.0.0.1', resolve); });
    try {
      const { orderId } = await server.call(token, '/capi/v1/client/order', {
        paymentMethod: 'invoice',
        orderAmount: 295,
        payer: { lastName: 'Nordmann', postalCode: '0150', emails: ['kari@example.no'] },
        orderLines: [{ productSpecType: 'coupon', productSpecCode: 'TOTT', productSpecNo: 60, quantity: 1, unitPrice: 295 }],
      });
      const callbackUrl = `http://127.0.0.1:${receiver.address().port}/done`;
      await server.call(token, '/capi/v1/client/order/fulfillment', { orderId, callbackUrl });
      await enter(stage, 'kari', 'act');
      const path = `/console/1/orders/${orderId}`;
      for (let tries = 0; ; tries += 1) {
        await page.goto(path);
        if (await page.getByText('Failing').count()) break;
        assert(tries < 100, 'the call fails');
        await page.waitForTimeout(100);
      }
      await visitor.check();
      await page.getByRole('button', { name: 'Try again now' }).click();
      await page.getByRole('status').filter({ hasText: 'The call is being made again.' }).waitFor();
      for (let tries = 0; ; tries += 1) {
        await page.goto(path);
        if (await page.getByText('Delivered').count()) break;
        assert(tries < 100, 'the call is made');
        await page.waitForTimeout(100);
      }
      assert.equal(calls, 2);
    } finally {
      receiver.closeAllConnections?.();
      await new Promise((resolve) => { receiver.close(resolve); });
    }
  });

  walk('every page is read on wide and narrow screens, by day and by night', { scripts: [true] }, async (stage) => {
    const { page, visitor } = stage;
    const { id } = await shop(stage);
    await enter(stage, 'kari', 'administer');
    const pages = ['', '/orders', `/orders/${id}`, `/orders/${id}/capture`, `/orders/${id}/ship`, '/customers', '/customers/K-1',
      '/deliveries', '/credentials', '/imports'];
    for (const [width, colorScheme] of [[1440, 'dark'], [390, 'light'], [390, 'dark']]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      for (const path of pages) {
        await page.goto(`/console/1${path}`);
        await visitor.check();
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert(over <= 0, `${path} is ${over} px too wide at ${width}`);
      }
    }
    await page.goto('/console/1');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await visitor.check();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.waitForURL('**/console/1/orders');
  });
};
