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

// A program that is called: it answers as it is told to, and 200 after that.
async function listen() {
  const receiver = { calls: [], answers: [] };
  const server = http.createServer((request, response) => {
    receiver.calls.push(request.url);
    response.statusCode = receiver.answers.shift() ?? 200;
    response.end();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  receiver.url = `http://127.0.0.1:${server.address().port}`;
  receiver.close = () => {
    server.closeAllConnections?.();
    return new Promise((resolve) => { server.close(resolve); });
  };
  return receiver;
}

// Opens the same page again until it has this text.
async function until(page, text, what) {
  for (let tries = 0; (await page.getByText(text).count()) === 0; tries += 1) {
    assert(tries < 100, what);
    await page.waitForTimeout(100);
    await page.goto(page.url());
  }
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
    await page.goto('/console/1/customers');
    if (withScripts) {
      await page.getByLabel('Name, number or mail address').fill('nobody');
      await page.getByText('No such customer').waitFor();
      await page.getByLabel('Name, number or mail address').fill('kari');
      await page.getByRole('link', { name: 'Kari Nordmann' }).waitFor();
    }
    // The search at the top leads to the orders, from wherever it is used.
    await page.getByLabel('Search orders').fill('NN-1');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/1/orders?q=NN-1');
    await page.getByRole('link', { name: 'NN-1' }).click();
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
    const receiver = await listen();
    receiver.answers = [500];
    try {
      const { orderId } = await server.call(token, '/capi/v1/client/order', {
        paymentMethod: 'invoice',
        orderAmount: 295,
        payer: { lastName: 'Nordmann', postalCode: '0150', emails: ['kari@example.no'] },
        orderLines: [{ productSpecType: 'coupon', productSpecCode: 'TOTT', productSpecNo: 60, quantity: 1, unitPrice: 295 }],
      });
      const callbackUrl = `${receiver.url}/done`;
      await server.call(token, '/capi/v1/client/order/fulfillment', { orderId, callbackUrl });
      await enter(stage, 'kari', 'act');
      const path = `/console/1/orders/${orderId}`;
      await page.goto(path);
      await until(page, 'Failing', 'the call fails');
      await visitor.check();
      await page.getByRole('button', { name: 'Try again now' }).click();
      await page.getByRole('status').filter({ hasText: 'The call is being made again.' }).waitFor();
      await page.goto(path);
      await until(page, 'Delivered', 'the call is made');
      assert.equal(receiver.calls.length, 2);
    } finally {
      await receiver.close();
    }
  });

  walk('a webhook is added, fails, is called again, and is looked after', async (stage) => {
    const { page, visitor, withScripts } = { ...stage, withScripts: stage.visitor.withScripts };
    const { secret, id } = await shop(stage);
    await enter(stage, 'kari', 'administer');
    const receiver = await listen();
    try {
      receiver.answers = [500];
      await page.getByRole('link', { name: 'Webhooks' }).click();
      await page.getByText('No webhooks').waitFor();
      await visitor.check();
      await page.getByLabel('Address').fill('ftp://nowhere.example');
      await page.getByLabel('What it is').fill('The warehouse');
      await page.getByRole('checkbox', { name: 'order.captured' }).check();
      await page.getByRole('button', { name: 'Add it' }).click();
      await page.getByRole('alert').waitFor();
      assert.equal(await page.getByLabel('What it is').inputValue(), 'The warehouse');
      assert(await page.getByRole('checkbox', { name: 'order.captured' }).isChecked());
      await visitor.check();
      await page.getByLabel('Address').fill(receiver.url);
      await page.getByRole('button', { name: 'Add it' }).click();
      await page.getByRole('heading', { name: 'The webhook is added' }).waitFor();
      assert.match(await page.locator('.secret').innerText(), /^whsec_/);
      await visitor.check();

      await stage.server.call(secret, `/ordrebok/v1/orders/${id}/capture`, { amount: 100 });
      await page.getByRole('link', { name: 'Webhooks' }).first().click();
      await page.getByRole('link', { name: receiver.url }).click();
      await until(page, 'Failing', 'the call fails');
      assert.equal(await page.getByRole('link', { name: id }).count(), 1);
      await visitor.check();
      await page.getByRole('button', { name: 'Try again now' }).click();
      await page.getByRole('status').filter({ hasText: 'The call is being made again.' }).waitFor();
      if (withScripts) {
        // The calls are shown anew by themselves.
        await page.getByText('Delivered', { exact: true }).nth(1).waitFor();
      } else {
        await until(page, 'Tried 2 times', 'the call is made');
      }
      assert.equal(receiver.calls.length, 2);
      await page.getByRole('button', { name: 'Send a ping' }).click();
      await page.getByRole('status').filter({ hasText: 'A ping is on its way.' }).waitFor();
      await page.getByRole('button', { name: 'New secret' }).click();
      await page.getByRole('heading', { name: 'There is a new secret' }).waitFor();
      await visitor.check();
      await page.getByLabel('From').fill('2020-01-01T00:00');
      await page.getByRole('button', { name: 'Tell it again' }).click();
      await page.getByRole('status').filter({ hasText: 'One event is told again.' }).waitFor();
      await page.getByRole('button', { name: 'Turn off' }).click();
      await page.getByRole('status').filter({ hasText: 'The webhook is off.' }).waitFor();
      await page.getByText('Change address and events').click();
      await visitor.check();
      await page.getByRole('checkbox', { name: 'For good' }).check();
      await page.getByRole('button', { name: 'Remove it' }).click();
      await page.getByRole('status').filter({ hasText: 'The webhook is removed' }).waitFor();
      await visitor.check();
    } finally {
      await receiver.close();
    }
  });

  walk('a credential gets a new secret, and somebody is added, changed and removed', async (stage) => {
    const { page, visitor } = stage;
    await shop(stage);
    await enter(stage, 'kari', 'administer');
    await page.getByRole('link', { name: 'Credentials' }).click();
    await visitor.check();
    await page.getByRole('link', { name: 'New secret' }).click();
    await page.getByRole('heading', { name: 'A new secret for' }).waitFor();
    await visitor.check();
    await page.getByLabel('The secret before it is good for').selectOption({ label: 'an hour' });
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    await page.getByRole('heading', { name: 'There is a new secret' }).waitFor();
    await page.getByText('Replaced', { exact: true }).waitFor();
    await visitor.check();

    await page.getByRole('link', { name: 'People' }).click();
    await visitor.check();
    await page.getByLabel('Name').fill('KARI');
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.getByText('Somebody has this name already.').first().waitFor();
    assert.equal(await page.getByLabel('Name').inputValue(), 'KARI');
    await visitor.check();
    await page.getByLabel('Name').fill('Ola');
    await page.getByLabel('They may', { exact: true }).selectOption('act');
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.getByRole('heading', { name: 'They are added' }).waitFor();
    await visitor.check();
    await page.getByRole('link', { name: 'Ola' }).click();
    await page.getByRole('heading', { name: 'Ola', level: 1 }).waitFor();
    await visitor.check();
    await page.getByLabel('They may', { exact: true }).selectOption('view');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'This is saved' }).waitFor();
    await page.getByRole('button', { name: 'Make a new password' }).click();
    await page.getByRole('heading', { name: 'They have a new password' }).waitFor();
    await page.getByRole('checkbox', { name: 'For good' }).check();
    await page.getByRole('button', { name: 'Remove them' }).click();
    await page.getByRole('status').filter({ hasText: 'They are let in no more.' }).waitFor();
    await page.locator('main').getByRole('link', { name: 'kari', exact: true }).click();
    await visitor.check();
    await page.getByRole('link', { name: 'Who did what' }).click();
    await page.getByRole('link', { name: 'person.remove' }).waitFor();
    await visitor.check();
    await page.getByRole('link', { name: 'credential.rotate' }).click();
    await page.waitForURL('**/trail?what=credential.rotate');
    assert.equal(await page.getByRole('row').count(), 2);
    await visitor.check();
  });

  walk('every page is read on wide and narrow screens, by day and by night', { scripts: [true] }, async (stage) => {
    const { page, visitor } = stage;
    const { id, secret } = await shop(stage);
    const webhook = await stage.server.call(secret, '/ordrebok/v1/webhooks', { url: 'https://stock.example/told' });
    const hook = `/webhooks/${webhook.id}`;
    await stage.server.call(secret, `/ordrebok/v1/orders/${id}/capture`, { amount: 100 });
    await enter(stage, 'kari', 'administer');
    const pages = ['', '/orders', `/orders/${id}`, `/orders/${id}/capture`, `/orders/${id}/ship`, '/customers', '/customers/K-1',
      '/deliveries', '/deliveries?state=failed', '/webhooks', hook, '/credentials', '/credentials/1/rotate', '/people',
      '/people/kari', '/imports', '/trail', '/trail?who=nobody'];
    for (const [width, colorScheme] of [[1440, 'light'], [1440, 'dark'], [380, 'light'], [380, 'dark']]) {
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
