// Runs the walks: each file under walks/ registers some, each walk gets a server, a merchant and a browser of its own.
//
// A walk runs twice: with JavaScript, where every page that it stands on is held against axe-core, and without. A walk
// of pages that have a script of their own may say `{ scripts: [true] }`.

import { readdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

import { openBrowser, Visitor } from './browser.mjs';
import { Server } from './server.mjs';
import { Site } from './site.mjs';

const folder = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const wanted = process.argv[2] ?? '';

async function registered() {
  const walks = [];
  const files = (await readdir(path.join(folder, 'walks'))).filter((file) => file.endsWith('.mjs')).sort();
  for (const file of files) {
    const { default: register } = await import(pathToFileURL(path.join(folder, 'walks', file)));
    register((name, ...rest) => {
      const body = rest.pop();
      const { scripts = [true, false] } = rest.pop() ?? {};
      for (const withScripts of scripts) {
        const suffix = withScripts ? '' : ' (without JavaScript)';
        walks.push({ name: `${path.basename(file, '.mjs')}: ${name}${suffix}`, withScripts, body });
      }
    });
  }
  return walks.filter((walk) => walk.name.includes(wanted));
}

async function run(walk, browser) {
  const server = await Server.start();
  const site = await Site.open();
  let visitor;
  try {
    visitor = await Visitor.enter(browser, server.url, walk.withScripts);
    await walk.body({ server, site, visitor, page: visitor.page });
    await visitor.check();
    return null;
  } catch (error) {
    const seen = await visitor?.describe().catch(() => 'the page is gone');
    return `${error.stack ?? error}\n--- the page\n${seen}\n--- the server\n${server.log}`;
  } finally {
    await visitor?.leave().catch(() => {}); // a browser that is gone has nothing to leave
    await site.close();
    await server.stop();
  }
}

const walks = await registered();
let browser = await openBrowser();
let failed = 0;
try {
  for (const walk of walks) {
    let trouble = await run(walk, browser);
    if (trouble !== null && !browser.isConnected()) {
      // Chromium itself has ended, which says nothing of the pages: the walk is taken with another.
      console.log(`Chromium ended during ${walk.name}:\n${trouble}\nOnce more, with a new one.`);
      browser = await openBrowser();
      trouble = await run(walk, browser);
    }
    console.log(`test ${walk.name} ... ${trouble === null ? 'ok' : 'FAILED'}`);
    if (trouble !== null) {
      failed += 1;
      console.log(trouble);
    }
  }
} finally {
  await browser.close();
}
if (walks.length === 0) {
  console.log(`no walk has "${wanted}" in its name`);
  failed = 1;
}
const passed = Math.max(walks.length - failed, 0);
console.log(`test result: ${failed === 0 ? 'ok' : 'FAILED'}. ${passed} passed; ${failed} failed; 0 ignored`);
process.exitCode = failed === 0 ? 0 : 1;
