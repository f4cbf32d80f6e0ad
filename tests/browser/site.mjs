// A merchant's own site, where the pages send people back to, and which answers as its connectors do.

import http from 'node:http';

export class Site {
  static async open() {
    const site = new Site();
    site.answers = {};
    site.asked = [];
    site.server = http.createServer((request, response) => {
      if (request.method === 'POST') {
        let body = '';
        request.on('data', (piece) => { body += piece; });
        request.on('end', () => {
          site.asked.push(JSON.parse(body));
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify(site.answers[request.url] ?? {}));
        });
        return;
      }
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!DOCTYPE html><html lang="en"><head><title>The shop</title></head>'
        + '<body><main><h1>The shop</h1></main></body></html>');
    });
    await new Promise((resolve) => { site.server.listen(0, '127.0.0.1', resolve); });
    site.url = `http://127.0.0.1:${site.server.address().port}`;
    return site;
  }

  async close() {
    this.server.closeAllConnections?.();
    await new Promise((resolve) => { this.server.close(resolve); });
  }
}
