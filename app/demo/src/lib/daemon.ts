/** A daemon as a process of its own that ends with this one. Its first line says where it listens. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { NETWORKS_DIR, ROOT, built, service } from './paths.js';
import { Problem } from './problem.js';

const READY = 'READY ';
const START_MS = 60_000;
const STOP_MS = 30_000;

/** What `/health` says of one part. */
export interface PartHealth {
  readonly healthy: boolean;
  readonly error: string | null;
}

export class Daemon {
  readonly url: string;
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  private constructor(url: string, child: ChildProcess, ended: Promise<number | null>) {
    this.url = url;
    this.child = child;
    this.ended = ended;
  }

  /** Starts `bastion-<program>` and waits until it listens; what it logs goes to `target/localnet/<name>.log`. */
  static async start(program: string, name: string, options: readonly string[]): Promise<Daemon> {
    mkdirSync(NETWORKS_DIR, { recursive: true });
    const log = join(NETWORKS_DIR, `${name}.log`);
    const child = spawn(built(service(`bastion-${program}`)), options, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.pipe(createWriteStream(log));
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    const ended = new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', (code) => resolve(code));
    });
    void ended.then(() => process.off('exit', kill));
    const listening = new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith(READY)) resolve(line.slice(READY.length));
      });
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), START_MS);
    });
    const url = await Promise.race([listening, ended.then(() => undefined), late]);
    clearTimeout(timer);
    if (url === undefined) {
      kill();
      throw new Problem(`bastion-${program} did not start`, `read ${relative(ROOT, log)}, then run again`);
    }
    return new Daemon(url, child, ended);
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Whether every part has done its work lately. */
  async isHealthy(): Promise<boolean> {
    const answer = await fetch(`${this.url}/health`).catch(() => undefined);
    return answer?.ok === true;
  }

  /** What each part says of itself. */
  async parts(): Promise<Readonly<Record<string, PartHealth>>> {
    const answer = await fetch(`${this.url}/health`);
    return (await answer.json()) as Record<string, PartHealth>;
  }

  /** One counter or gauge, all its labels summed; 0 before it is first counted. */
  async metric(name: string, label = ''): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(label) && !line.startsWith('#'));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** Asks it to end and waits: its exit code, or null if it had to be killed. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
