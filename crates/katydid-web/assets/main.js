// Puts the page together. What it shows comes from `stream.js`, what it asks goes through `api.js`.

import * as keys from './keys.js';
import * as link from './link.js';
import * as now from './now.js';
import * as steer from './steer.js';
import * as stream from './stream.js';
import * as tabs from './tabs.js';
import * as themes from './themes.js';
import { charts } from './charts.js';
import { exceptions } from './exceptions.js';
import { failures } from './failures.js';
import { logs } from './logs.js';
import { monitors } from './monitors.js';
import { ratios } from './ratios.js';
import { reports } from './reports.js';
import { runs } from './runs.js';
import { settings } from './settings.js';
import { startPanel } from './start.js';
import { stats } from './stats.js';
import { timeline } from './timeline.js';
import { verdict } from './verdict.js';

themes.begin();
document.documentElement.classList.add('live');
for (const panel of [startPanel, stats, charts, verdict, failures, exceptions, ratios, timeline, monitors, logs, reports, runs, settings]) tabs.add(panel);
tabs.begin();
now.begin();
link.begin();
steer.begin();
keys.begin();
stream.loadSuite();
stream.open();
