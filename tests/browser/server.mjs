// The program under test, with a database of its own.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const program = process.env.ORDREBOK_PROGRAM
  ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), 'debug/ordrebok');

// What the developer's own shell says must not reach the walks.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('ORDREBOK_') && name !== 'RUST_LOG'),
);

export class Server {
  // Starts a server in the sandbox over an empty SQLite database.
  static async start() {
    const server = new Server();
    server.log = '';
    server.data = await mkdtemp(path.join(os.tmpdir(), 'ordrebok-walk-'));
    const words = ['serve', '--data', server.data, '--listen', '127.0.0.1:0', '--sandbox'];
    server.child = spawn(program, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    server.child.stderr.on('data', (text) => { server.log += text; });
    server.ended = new Promise((resolve) => { server.child.on('exit', resolve); });
    server.url = await new Promise((resolve, reject) => {
      let said = '';
      server.child.on('error', reject);
      server.child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${server.log}`)));
      server.child.stdout.on('data', (text) => {
        said += text;
        const address = /listens on (http:\S+)\n/.exec(said);
        if (address) resolve(address[1].replace(/\/$/, ''));
      });
    });
    return server;
  }

  // Runs a command of the program on the server's database, and gives what it printed.
  command(words, input = '') {
    const done = spawnSync(program, [...words, '--data', this.data], { env: environment, input, encoding: 'utf8' });
    assert.equal(done.status, 0, `ordrebok ${words.join(' ')}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  // Adds a merchant.
  merchant(name) {
    this.command(['merchant', 'add', name]);
  }

  // Adds a credential of one API; gives what `--json` prints of it.
  credential(merchant, api, ...more) {
    const printed = this.command(['credential', 'add', '--merchant', merchant, '--api', api, '--json', ...more]);
    return JSON.parse(printed);
  }

  // One call of an API, with a token; fails unless the answer is a success. A body makes it a POST.
  async call(token, target, body, headers = {}) {
    const answer = await fetch(this.url + target, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    assert(answer.ok, `${target}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
    await rm(this.data, { recursive: true, force: true });
  }
}
