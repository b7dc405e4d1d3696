/** A local network of our own: started, watched, and gone when this process is gone, however that ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { MOCK_SOURCE, NETWORKS_DIR, ROOT, binary, built } from './paths.js';
import { Problem } from './problem.js';

/** First block within this; a loaded machine needs a while. */
const START_MS = 120_000;
/** Longer than the network's own limit for stopping. */
const STOP_MS = 35_000;
/** Lines of the validator's program that are kept for a failure's message. */
const TAIL = 12;

export interface Network {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly pid: number;
  /** Where the validator's own words are, from the repository's root. */
  readonly log: string;
  /** What was found of an earlier run, in a sentence; absent if there was nothing to say. */
  readonly found: string | undefined;
  /** Settles only when the network ends without having been asked to. */
  readonly died: Promise<Problem>;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts a network in a folder of this name; one that an earlier run left there is stopped and removed. */
export async function networkStart(name: string): Promise<Network> {
  const program = built(binary('localnet'));
  const rpcPort = await portPairFind();
  mkdirSync(NETWORKS_DIR, { recursive: true });
  const log = join(NETWORKS_DIR, `${name}.log`);
  const ledger = join(NETWORKS_DIR, name);
  const options = [
    '--ledger',
    ledger,
    '--rpc-port',
    `${rpcPort}`,
    '--faucet-port',
    '0',
    '--mock-source',
    built(MOCK_SOURCE),
  ];
  // The pipe to its standard input closes with this process, even if that is killed: no stray validator is ever left.
  // A process group of its own: Ctrl-C is not for it, as what runs on the network has to end before it.
  const child = spawn(program, [...options, '--replace', '--until-stdin-closes'], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const watch = new Watch(child, createWriteStream(log));
  try {
    const ready = await watch.ready();
    return { ...ready, log: relative(ROOT, log), found: watch.found, died: watch.died(), stop: () => watch.stop() };
  } catch (error) {
    kill();
    throw error;
  }
}

interface Ready {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly pid: number;
}

class Watch {
  found: string | undefined;
  private readonly child: ChildProcess;
  private readonly tail: string[] = [];
  private readonly exit: Promise<string>;
  private stopping = false;

  constructor(child: ChildProcess, log: WriteStream) {
    this.child = child;
    this.exit = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `exit code ${code}`));
    });
    child.stderr?.pipe(log);
    createInterface({ input: child.stderr! }).on('line', (line) => {
      this.tail.push(line);
      this.tail.splice(0, this.tail.length - TAIL);
      if (line.includes('started over cleanly')) {
        this.found = line.replace(/^localnet: /, '');
      }
    });
  }

  async ready(): Promise<Ready> {
    const lines = createInterface({ input: this.child.stdout! });
    const ready = new Promise<Ready>((resolve) => {
      lines.on('line', (line) => {
        if (line.startsWith('{')) {
          const { rpc, ws, pid } = JSON.parse(line) as { rpc: string; ws: string; pid: number };
          resolve({ rpcUrl: rpc, wsUrl: ws, pid });
        }
      });
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no block within ${START_MS / 1000} s`), START_MS);
    });
    const first = await Promise.race([ready, this.exit, late]);
    clearTimeout(timer);
    if (typeof first === 'string') {
      const said = this.tail.filter((line) => line.startsWith('localnet: ')).at(-1) ?? this.tail.at(-1);
      throw new Problem(`the local network did not start: ${said ?? first}`, 'mend what that names, then run again');
    }
    return first;
  }

  died(): Promise<Problem> {
    return new Promise((resolve) => {
      void this.exit.then((how) => {
        if (!this.stopping) {
          resolve(
            new Problem(`the validator ended in the middle of the run (${how})`, 'run again: it starts over cleanly'),
          );
        }
      });
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.child.stdin?.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.exit;
    clearTimeout(timer);
  }
}

/** Two free neighbouring ports: RPC, and WebSocket above it. */
async function portPairFind(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = await portTry(0);
    if (port !== undefined && port < 65_535 && (await portTry(port + 1)) !== undefined) {
      return port;
    }
  }
  throw new Problem('no two neighbouring ports are free', 'stop programs that hold many ports, then run again');
}

function portTry(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '0.0.0.0', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
