/** How a run reads: numbered steps, what each proves, what happened, tables. */
import type { ProgramError } from '@bastion/client';
import { tableLines, type Column } from './table.js';
import { bold, cyan, dim, flash, green, isLive, print, red, yellow } from './terminal.js';

/** Where nobody watches a moving line, progress is printed this often at most. */
const QUIET_MS = 15_000;

export class Report {
  private readonly total: number;
  private readonly quiet: boolean;
  private step = 0;
  private began = Date.now();
  private said = 0;
  private readonly start = Date.now();

  /** A quiet one is for tests, which say for themselves what happened. */
  constructor(total: number, voice: 'aloud' | 'quiet' = 'aloud') {
    this.total = total;
    this.quiet = voice === 'quiet';
  }

  /** Name of the step that runs. */
  at = '';

  begin(title: string, proves: string): void {
    this.end();
    this.step += 1;
    this.at = `[${this.step}/${this.total}] ${title}`;
    this.began = Date.now();
    this.line();
    this.line(bold(this.at));
    this.line(dim(`proves: ${proves}`));
  }

  private end(): void {
    if (this.step > 0) {
      this.line(dim(`  (${seconds(this.began)})`));
    }
  }

  ok(text: string): void {
    this.line(`  ${green('ok')} ${text}`);
  }

  note(text: string): void {
    this.line(`     ${text}`);
  }

  warn(text: string): void {
    this.line(`  ${yellow('!')}  ${text}`);
  }

  /** Something that had to be refused, and was, with the program's own words. */
  refused(what: string, { program, name, message }: Pick<ProgramError, 'program' | 'name' | 'message'>): void {
    this.line(`  ${cyan('no')} ${what}: refused by ${program} as ${bold(name)} (${message})`);
  }

  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    for (const line of tableLines(columns, rows)) {
      this.line(`     ${line}`);
    }
  }

  /** What goes on while people wait. */
  progress(text: string): void {
    if (this.quiet) {
      return;
    }
    if (isLive) {
      flash(`     ${text}`);
    } else if (Date.now() - this.said > QUIET_MS) {
      this.said = Date.now();
      this.line(`     ... ${text}`);
    }
  }

  countdown(what: string): (secondsLeft: bigint) => void {
    return (secondsLeft) => this.progress(`${what}: ${secondsLeft} s left on the cluster’s clock`);
  }

  success(text: string): void {
    this.end();
    this.line();
    this.line(`${green(bold('done'))} ${text} (${seconds(this.start)})`);
  }

  failure(reason: string, remedy: string): void {
    this.line();
    this.line(red(bold(`stopped at ${this.at || 'the start'}`)));
    this.line(`  reason: ${reason}`);
    this.line(`  next:   ${remedy}`);
  }

  private line(text = ''): void {
    if (!this.quiet) {
      print(text);
    }
  }
}

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
