// Requests, and the outbox: a decision is kept in this browser until the server says that it is saved.

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.message || String(status));
    this.status = status;
    this.code = answer.code || "";
    this.hint = answer.hint || "";
  }
}

export class Unreachable extends Error {}

const PATIENCE = 30000; // ms; a server that does not answer for so long is asked again

export async function ask(name, body) {
  let answer;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    answer = await fetch(`/api/${name}`, body === undefined ? { signal } : {
      signal,
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unreachable();
  }
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  throw new Refused(answer.status, content);
}

const RETRY = [500, 1000, 2000, 4000, 8000];
// What may go away by itself.
export const passes = (error) => error instanceof Unreachable || error.status === 503 || error.status >= 500;

// Each job is an entry of its own in the browser's storage, so that two tabs never overwrite each other's; the server
// takes a token once only, however often it is sent.
export class Outbox {
  constructor(name, changed) {
    this.prefix = `outbox:${name}:`;
    this.changed = changed;
    this.waiters = new Map();
    this.running = false;
    this.tries = 0;
    window.addEventListener("online", () => this.pump());
  }

  jobs() {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(this.prefix))
      .sort()
      .map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }));
  }

  // Resolves with the answer, or with undefined where it has to wait for the network; rejects where it is refused.
  send(name, body, item) {
    const key = `${this.prefix}${String(Date.now()).padStart(15, "0")}-${body.token}`;
    localStorage.setItem(key, JSON.stringify({ name, body, item }));
    return new Promise((resolve, reject) => {
      this.waiters.set(key, { resolve, reject });
      this.pump();
    });
  }

  async pump() {
    if (this.running) return;
    this.running = true;
    try {
      for (let jobs = this.jobs(); jobs.length; jobs = this.jobs()) {
        const job = jobs[0];
        const waiter = this.waiters.get(job.key);
        try {
          const answer = await ask(job.name, job.body);
          this.forget(job.key);
          this.tries = 0;
          if (waiter) waiter.resolve(answer);
          this.changed({ sent: job, answer });
        } catch (error) {
          if (passes(error) || error.status === 401) {
            for (const one of this.waiters.values()) one.resolve(undefined);
            this.waiters.clear();
            this.changed({ waiting: error });
            if (error.status !== 401) this.later();
            return;
          }
          this.forget(job.key);
          if (waiter) waiter.reject(error);
          else this.changed({ refused: job, error });
        }
      }
    } finally {
      this.running = false;
      this.changed({});
    }
  }

  forget(key) {
    localStorage.removeItem(key);
    this.waiters.delete(key);
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pump(), RETRY[Math.min(this.tries, RETRY.length - 1)]);
    this.tries += 1;
  }
}

export function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
