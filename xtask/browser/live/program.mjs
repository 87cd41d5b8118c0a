// The program with its page: started in an empty folder on a free port, ended by its own signal.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const LONGEST = 60_000;

/** An empty folder, or one with these files. */
export const room = (files = {}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'katydid-page-'));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return folder;
};

/** The hash of a password, for an account of the page. */
export const hash = (binary, password) => spawnSync(path.resolve(binary), ['web-password'], { input: `${password}\n`, encoding: 'utf8' }).stdout.trim();

export const start = async (binary, words, { port = 0, folder = room() } = {}) => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(KATYDID|LOCUST)_/.test(name)));
  const child = spawn(path.resolve(binary), [...words, '--web-port', String(port)], { cwd: folder, env: { ...env, HOME: folder, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ended = new Promise((resolve) => { child.on('exit', (code) => resolve(code)); });
  const found = new Promise((resolve, reject) => {
    const hear = (piece) => {
      said += piece;
      const address = /web interface at (https?:\/\/\S+)/.exec(said);
      if (address) resolve(address[1].replace(/[,.]$/, ''));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`it ended with ${code} before its page was open:\n${said}`)));
    setTimeout(() => reject(new Error(`no page after ${LONGEST} ms:\n${said}`)), LONGEST).unref();
  });
  const end = async (signal = 'SIGINT') => {
    child.kill(signal);
    // A second one is what a person would send who waits too long.
    const again = setTimeout(() => child.kill('SIGINT'), 20_000), last = setTimeout(() => child.kill('SIGKILL'), 40_000);
    const code = await ended;
    clearTimeout(again);
    clearTimeout(last);
    return code;
  };
  try { return { address: await found, said: () => said, folder, end, port: Number(new URL(await found).port) }; } catch (fault) { child.kill('SIGKILL'); throw fault; }
};

export const forget = (folder) => fs.rmSync(folder, { recursive: true, force: true });
