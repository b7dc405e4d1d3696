/** The web page, served on this machine with its network's description beside it, and test funds for whoever asks. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { isAddress, type Address } from '@solana/kit';
import { ROOT, built } from './paths.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
const BODY_MAX = 1_000;

/** Where people look for the page; suites take any port. */
export const PAGE_PORT = 4173;

/** What `network.json` says. */
export interface SiteNetwork {
  readonly name: string;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly genesisHash: string;
  readonly symbol: string;
  readonly relayUrl?: string;
}

export interface Site {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the built page; `faucet` gives an owner of a local network tokens to play with. */
export async function siteStart(network: SiteNetwork, faucet: (owner: Address) => Promise<void>, port = 0): Promise<Site> {
  const folder = built(join(ROOT, 'app/web/dist'));
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/faucet' && request.method === 'POST') {
      const owner = await ownerOf(request);
      if (owner === undefined) return end(response, 400, 'the body must be {"owner": an address}');
      await faucet(owner);
      return end(response, 200, 'sent');
    }
    if (path === '/network.json') {
      const body = JSON.stringify({ ...network, faucetUrl: '/faucet' });
      return response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
    }
    const file = join(folder, normalize(path === '/' ? '/index.html' : path));
    const type = TYPES[extname(file)];
    if (!file.startsWith(folder) || type === undefined) return end(response, 404, 'not here');
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes === undefined) return end(response, 404, 'not here');
    return response.writeHead(200, { 'content-type': type }).end(bytes);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => end(response, 500, error instanceof Error ? error.message : String(error)));
  });
  const bound = await listen(server, port);
  // By name: a passkey belongs to a name, and an address is none.
  return { url: `http://localhost:${bound}`, stop: () => close(server) };
}

const end = (response: ServerResponse, status: number, text: string) =>
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);

async function ownerOf(request: IncomingMessage): Promise<Address | undefined> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > BODY_MAX) return undefined;
  }
  try {
    const { owner } = JSON.parse(body) as { owner?: unknown };
    return typeof owner === 'string' && isAddress(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Binds to this machine alone; another port where the wanted one is taken. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && port !== 0) listen(server, 0).then(resolve, reject);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
