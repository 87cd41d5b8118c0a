// A server that answers anything: the program test-target.
import { spawn } from 'node:child_process';

/** The server and its address. */
export const server = async (binary) => {
  const child = spawn(binary, ['--bind', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve, reject) => {
    child.stdout.once('data', (piece) => resolve(String(piece).trim()));
    child.once('exit', (code) => reject(new Error(`the target ended with ${code}`)));
  });
  return { address, end: () => child.kill() };
};
