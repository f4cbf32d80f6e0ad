// Chromium, and the person who uses it.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// What axe-core finds of these impacts fails a walk.
const grave = new Set(['serious', 'critical']);

// Starts the Chromium that the machine has. Nothing of it asks the network for anything.
export async function openBrowser() {
  const candidates = [process.env.ORDREBOK_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
  const executablePath = candidates.find((candidate) => candidate && existsSync(candidate));
  assert(executablePath, 'Chromium is missing: apt-get install chromium, or say where it is in ORDREBOK_CHROMIUM');
  return chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
}

// One person with a browser window of their own: no cookies of anybody else.
export class Visitor {
  static async enter(browser, baseURL, withScripts, settings = {}) {
    const context = await browser.newContext({ baseURL, javaScriptEnabled: withScripts, ...settings });
    const page = await context.newPage();
    const visitor = new Visitor();
    Object.assign(visitor, { browser, context, page, baseURL, withScripts, complaints: [] });
    // A page that its own Content-Security-Policy forbids something is broken.
    page.on('console', (message) => {
      // The browser asks for an icon by itself, now and then for the last site's while the next page is there.
      if (message.type() === 'error' && /Content Security Policy/.test(message.text()) && !/favicon\.ico/.test(message.text())) {
        visitor.complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => visitor.complaints.push(String(error)));
    return visitor;
  }

  // Another window of the same settings, such as a wide or a dark one: `{ viewport, colorScheme }`.
  another(settings) {
    return Visitor.enter(this.browser, this.baseURL, this.withScripts, settings);
  }

  // Holds the page that is open against axe-core and against what pages owe their readers.
  async check() {
    assert.deepEqual(this.complaints, [], 'the browser complained');
    if (!this.withScripts) return;
    await this.page.evaluate(axeSource);
    const found = await this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    const violations = found.violations
      .filter((violation) => grave.has(violation.impact))
      .map((violation) => `${violation.id}: ${violation.help} at ${violation.nodes.map((node) => node.html).join(' ')}`);
    assert.deepEqual(violations, [], `axe-core about ${this.page.url()}`);
  }

  // What is on the page, for a failure's report.
  async describe() {
    return `${this.page.url()}\n${(await this.page.content()).slice(0, 4000)}`;
  }

  async leave() {
    await this.context.close();
  }
}
