import { StringDecoder } from 'node:string_decoder';

/** Cuts bytes into lines of text. */
export interface LineSplitter {
  write(bytes: Uint8Array): void;
  /** Gives out what is left without a line break; further writes begin a new line. */
  end(): void;
}

/** Creates a splitter that passes each line on without its line break (LF or CR LF). */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    write(bytes) {
      const lines = (rest + decoder.write(Buffer.from(bytes))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line.replace(/\r$/, ''));
    },
    end() {
      const last = rest + decoder.end();
      rest = '';
      if (last !== '') onLine(last);
    },
  };
}
