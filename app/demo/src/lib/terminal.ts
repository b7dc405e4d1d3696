/** Everything the demo prints goes through here: colours and moving lines only where a person watches. */

const live = process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
const coloured = live && process.env['NO_COLOR'] === undefined;

function paint(code: number): (text: string) => string {
  return (text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
}

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);
export const cyan = paint(36);

/** Length of the moving line on the screen, or 0. */
let moving = 0;

function erase(): void {
  if (moving > 0) {
    process.stdout.write('\r\u001b[K');
    moving = 0;
  }
}

export function print(text = ''): void {
  erase();
  process.stdout.write(`${text}\n`);
}

/** A line that the next one replaces; nothing where nobody watches. */
export function flash(text: string): void {
  if (live) {
    const line = text.slice(0, (process.stdout.columns ?? 80) - 1);
    process.stdout.write(`\r\u001b[K${dim(line)}`);
    moving = line.length;
  }
}

export const isLive = live;
