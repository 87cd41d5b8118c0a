// k6 on the stalling server: MODEL=open has 100 arrivals per second, MODEL=closed ten users who ask
// as fast as they are answered. Prints one line: p50 p75 p90 p99 max (ms) and the requests.
import http from 'k6/http';

const models = {
  open: { executor: 'constant-arrival-rate', rate: 100, timeUnit: '1s', duration: '10s', preAllocatedVUs: 600 },
  closed: { executor: 'constant-vus', vus: 10, duration: '10s' },
};

export const options = {
  scenarios: { stall: models[__ENV.MODEL] },
  summaryTrendStats: ['p(50)', 'p(75)', 'p(90)', 'p(99)', 'max'],
};

export default function () {
  http.get(__ENV.URL);
}

export function handleSummary(data) {
  const times = data.metrics.http_req_duration.values;
  const shown = options.summaryTrendStats.map((name) => times[name].toFixed(1));
  return { stdout: `${shown.join(' ')} ${data.metrics.http_reqs.values.count}\n` };
}
