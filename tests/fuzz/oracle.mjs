// Calls exports of a module as told and prints what comes of each, one JSON value a line: the
// result's digits, {trap: message} or {exception: true}.
import { readFileSync } from 'node:fs';

const [moduleFile, callsFile] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(moduleFile));

const read = ([type, text]) => {
  if (type === 'i64') return BigInt(text);
  if (text === 'inf') return Infinity;
  if (text === '-inf') return -Infinity;
  return Number(text);
};

const lines = JSON.parse(readFileSync(callsFile, 'utf8')).map(([name, args]) => {
  try {
    return JSON.stringify(String(instance.exports[name](...args.map(read))));
  } catch (error) {
    if (error instanceof WebAssembly.Exception) return JSON.stringify({ exception: true });
    return JSON.stringify({ trap: error.message });
  }
});
console.log(lines.join('\n'));
