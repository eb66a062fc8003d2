// node node.mjs FILE.wasm [ARGS]: runs a WASI command on V8, the current folder granted as ".".
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: [file, ...args],
  preopens: { '.': '.' },
  returnOnExit: true,
});
// Not in the background: compiled at once there, by all means asked for, it keeps no process alive.
const module = new WebAssembly.Module(await readFile(file));
const instance = new WebAssembly.Instance(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
