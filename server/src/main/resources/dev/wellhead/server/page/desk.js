// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
//
// The operator's page. Reads the guarded paths of the same server with the token of this tab. Whatever comes from a database
// or a program is hostile: it reaches the page as text alone (textContent), never as markup.
'use strict';
(() => {
  const $ = id => document.getElementById(id);
  const TOKEN = 'wellhead.token';
  const HOUR = 3600;
  const SERIES = ['active', 'idle', 'waiting', 'limit', 'acquireP99Ms', 'statements', 'calls', 'errors', 'databaseMs'];
  const CHARTS = [
    { title: 'Connections', unit: '', lines: [['active', 'active', '--s1'], ['idle', 'idle', '--s2'], ['waiting', 'waiting', '--s3'], ['limit', 'limit', '--s4']] },
    { title: 'Acquire p99', unit: 'ms', lines: [['acquireP99Ms', 'wait', '--s1']] },
    { title: 'Throughput and errors', unit: '/s', lines: [['statements', 'statements', '--s1'], ['errors', 'errors', '--s3']] },
    { title: 'Database time', unit: 'ms/s', lines: [['databaseMs', 'working', '--s2']] },
  ];
  const state = {
    databases: [], admin: false, chosen: '', range: 600, lastSeen: 0, events: [], sort: 'share', descending: true,
    statements: null, leases: [], settings: null, alerts: null, plots: [], data: null, dataRange: '', asked: false, failed: '',
  };

  // ---- small helpers -------------------------------------------------------------------------------------------------
  function el(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) made.textContent = String(text);
    if (className) made.className = className;
    return made;
  }
  function number(value, digits) {
    if (value === undefined || value === null) return '–';
    const most = digits === undefined ? (Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0) : digits;
    return Number(value).toLocaleString('en', { maximumFractionDigits: most });
  }
  function duration(ms) {
    if (ms < 1000) return number(ms, 0) + ' ms';
    if (ms < 60000) return number(ms / 1000, 1) + ' s';
    const minutes = Math.floor(ms / 60000);
    return minutes < 60 ? minutes + ' min ' + Math.floor(ms % 60000 / 1000) + ' s' : Math.floor(minutes / 60) + ' h ' + minutes % 60 + ' min';
  }
  const time = iso => new Date(iso).toLocaleTimeString('en-GB');
  const words = constant => String(constant).toLowerCase().replaceAll('_', ' ');
  // A bar's width is set through the object model: the policy allows no style attributes.
  function bar(className, share) {
    const made = el('span', null, className);
    const inner = el('i');
    inner.style.width = Math.max(0, Math.min(100, share)) + '%';
    made.append(inner);
    made.setAttribute('aria-hidden', 'true');
    return made;
  }
  function say(text) {
    $('said').textContent = text;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { $('said').textContent = ''; }, 6000);
  }

  // ---- the server ----------------------------------------------------------------------------------------------------
  function headers() {
    const token = sessionStorage.getItem(TOKEN);
    return token ? { Authorization: 'Bearer ' + token } : {};
  }
  async function ask(path, options) {
    const answer = await fetch(path, { ...options, headers: { ...headers(), ...(options && options.headers) }, cache: 'no-store' });
    if (answer.status === 401) askToken();
    if (!answer.ok) {
      let problem = {};
      try { problem = await answer.json(); } catch (e) { /* not JSON: the status says it all */ }
      const failed = new Error(problem.detail || 'status ' + answer.status);
      failed.status = answer.status;
      throw failed;
    }
    return answer;
  }
  const get = async path => (await ask(path)).json();
  const of = path => path + (path.includes('?') ? '&' : '?') + 'database=' + encodeURIComponent(state.chosen);

  // Server-sent events by hand: EventSource sends no Authorization header.
  async function follow() {
    for (;;) {
      try {
        const answer = await ask('/api/stream');
        state.failed = '';
        await read(answer.body.getReader());
      } catch (failed) {
        state.failed = failed.status ? failed.message : '';
        if (failed.status) showFailure();
      }
      await new Promise(later => setTimeout(later, 1000));
    }
  }
  async function read(reader) {
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      let end;
      while ((end = rest.indexOf('\n\n')) >= 0) {
        const lines = rest.slice(0, end).split('\n');
        rest = rest.slice(end + 2);
        const field = name => lines.filter(line => line.startsWith(name + ': ')).map(line => line.slice(name.length + 2)).join('\n');
        if (field('event') === 'state') showState(JSON.parse(field('data')));
        if (field('event') === 'events') addEvents(JSON.parse(field('data')));
      }
    }
  }

  // ---- verdict and problems ------------------------------------------------------------------------------------------
  const problemsOf = database => database.level === 'ok' && !database.recommendations.length ? [] : [database];
  function showState(body) {
    state.lastSeen = Date.now();
    document.body.classList.remove('stale');
    state.databases = body.databases;
    state.admin = body.admin;
    $('admin').hidden = !body.admin;
    const names = body.databases.map(database => database.database);
    if (!names.includes(state.chosen)) {
      choose(names.includes('default') ? 'default' : names[0] || '');
    }
    $('about').textContent = body.version + ', ' + body.environment + (body.draining ? ', draining' : '');
    $('live').textContent = 'live, ' + time(body.timestamp);
    showVerdict(body);
    showProblems(body.databases, body.parts.filter(part => !part.healthy));
    showParts(body.parts);
    showTabs(body.databases);
    const mine = body.databases.find(database => database.database === state.chosen);
    if (mine) {
      showTiles(mine);
      addPoint(body.timestamp, mine);
    }
  }
  function verdictOf(database) {
    const what = words(database.verdict);
    return database.suspected ? 'suspected: ' + what + ' (' + database.strikes + (database.strikes === 1 ? ' check' : ' checks') + ' failed)' : what;
  }
  function showVerdict(body) {
    const order = ['critical', 'warning', 'ok'];
    const isOut = body.parts.some(part => !part.healthy);
    const worst = order.slice(0, 2).concat(isOut ? [] : ['ok']).find(level => body.databases.some(database => database.level === level)) || 'warning';
    const those = body.databases.filter(database => database.level === worst);
    const line = $('verdict');
    const text = worst === 'warning' && !those.length && isOut ? 'The databases are healthy; out: ' + body.parts.filter(part => !part.healthy).map(part => part.name).join(', ') + '.'
      : !body.databases.length ? 'No database is open.'
      : worst === 'ok' ? (body.databases.length === 1 ? 'Healthy. ' + those[0].summary : 'All ' + body.databases.length + ' databases are healthy.')
        : those.map(database => database.database + ': ' + verdictOf(database) + '. ' + database.summary).join(' ');
    // Written when it changed only, so that a screen reader does not read it once a second.
    if (line.textContent !== text) line.replaceChildren(el('strong', text));
    line.className = 'verdict ' + worst;
    document.title = (worst === 'ok' ? '' : '(' + worst + ') ') + 'Wellhead';
  }
  function showProblems(databases, parts) {
    const list = databases.flatMap(problemsOf);
    const key = JSON.stringify(list.map(d => [d.database, d.verdict, d.level, d.strikes, d.error, d.recommendations, d.breaker.state]).concat(parts.map(part => [part.name, part.error])));
    if (showProblems.key === key) return;
    showProblems.key = key;
    $('problems').hidden = !list.length && !parts.length;
    $('problem-list').replaceChildren(...list.map(database => {
      const item = el('li', null, database.level);
      item.append(el('strong', database.database + ': ' + (database.level === 'ok' ? 'worth a look' : verdictOf(database))));
      if (database.level !== 'ok') item.append(el('p', database.summary + (database.error ? ' ' + database.error + '.' : '')));
      if (database.breaker.state === 'open' || database.breaker.state === 'half_open') {
        item.append(el('p', 'The breaker is ' + words(database.breaker.state) + ' since ' + time(database.breaker.since) + ': calls are refused at once.'));
      }
      database.recommendations.forEach(text => item.append(el('p', '→ ' + text)));
      return item;
    }), ...parts.map(part => {
      const item = el('li', null, 'warning');
      item.append(el('strong', part.name + ' is out'), el('p', (part.error || 'Not checked yet') + '.'));
      return item;
    }));
  }
  function showParts(parts) {
    $('parts').hidden = !parts.length;
    $('part-list').replaceChildren(...parts.map(part => {
      const row = el('tr');
      const readings = Object.entries(part.readings).map(([name, value]) => name + ' ' + number(value)).join(', ');
      row.append(el('th', part.name), el('td', part.healthy ? 'healthy' : 'out: ' + (part.error || 'not checked yet')),
        el('td', number(part.latencyMs), 'number'), el('td', readings || '–'));
      row.firstChild.scope = 'row';
      return row;
    }));
  }
  function showFailure() {
    const line = $('verdict');
    line.className = 'verdict warning';
    line.replaceChildren(el('strong', state.failed));
  }
  setInterval(() => {
    const silent = Date.now() - state.lastSeen;
    if (state.lastSeen && silent > 3500) {
      document.body.classList.add('stale');
      const line = $('verdict');
      line.className = 'verdict critical';
      const text = 'No word from the server since ' + new Date(state.lastSeen).toLocaleTimeString('en-GB') + '. What is below is from then.';
      if (line.textContent !== text) line.replaceChildren(el('strong', text));
      $('live').textContent = 'not connected';
    }
  }, 1000);

  // ---- choice of the database ----------------------------------------------------------------------------------------
  function showTabs(databases) {
    const key = JSON.stringify([databases.map(d => [d.database, d.level]), state.chosen]);
    if (showTabs.key === key) return;
    showTabs.key = key;
    $('databases').hidden = databases.length < 2;
    const focused = document.activeElement && document.activeElement.dataset.database;
    $('databases').replaceChildren(...databases.map(database => {
      const button = el('button', database.database + (database.level === 'ok' ? '' : ' (' + database.level + ')'));
      button.type = 'button';
      button.dataset.database = database.database;
      button.setAttribute('aria-pressed', String(database.database === state.chosen));
      button.addEventListener('click', () => choose(database.database));
      return button;
    }));
    if (focused) [...$('databases').children].find(button => button.dataset.database === focused)?.focus();
  }
  function choose(name) {
    if (state.chosen === name) return;
    state.chosen = name;
    state.data = null;
    state.statements = null;
    state.leases = [];
    showTabs(state.databases);
    const mine = state.databases.find(database => database.database === name);
    if (mine) showTiles(mine);
    loadHistory();
    loadStatements();
    loadLeases();
    loadAdvice();
    showEvents();
    showSettings();
  }

  // ---- now -----------------------------------------------------------------------------------------------------------
  function showTiles(database) {
    const pool = database.pool;
    const rates = database.rates;
    const tile = (name, value, more, isFull) => {
      const box = el('div', null, isFull ? 'full' : '');
      const shown = el('dd', value);
      if (more) shown.append(' ', el('small', more));
      box.append(el('dt', name), shown);
      return box;
    };
    const use = tile('Active', pool.active + ' of ' + pool.max, number(pool.utilizationPercent, 0) + ' %', pool.active >= pool.max);
    use.lastChild.append(bar('use', pool.utilizationPercent));
    $('tiles').replaceChildren(
      use,
      tile('Idle', pool.idle, pool.opening ? pool.opening + ' opening' : ''),
      tile('Waiting', pool.waiting, pool.waiting ? 'first for ' + duration(pool.oldestWaitMs) : '', pool.waiting > 0),
      tile('Acquire p99', number(rates.acquireP99Ms), 'ms'),
      tile('Statements', number(rates.statementsPerSecond === undefined ? rates.callsPerSecond : rates.statementsPerSecond, 0), '/s'),
      tile('Errors', number(rates.errorsPerSecond), '/s', rates.errorsPerSecond > 0),
      tile('Database time', number(rates.databaseMsPerSecond, 0), 'ms/s'),
      tile('Latency', number(database.latencyMs), 'ms'),
      tile('Pool', words(pool.state), '', pool.state !== 'running'),
      tile('Breaker', words(database.breaker.state), '', database.breaker.state === 'open'));
  }

  // ---- charts --------------------------------------------------------------------------------------------------------
  const historyRange = () => state.range > HOUR ? '24h' : '1h';
  async function loadHistory() {
    if (!state.chosen) return;
    const range = historyRange();
    const name = state.chosen;
    try {
      const body = await get(of('/api/history?range=' + range));
      if (name !== state.chosen || range !== historyRange()) return;
      state.data = { time: body.time, step: body.stepSeconds };
      SERIES.forEach(series => { state.data[series] = body.series[series] || []; });
      state.dataRange = range;
      drawCharts();
    } catch (failed) { /* the stream says what is wrong */ }
  }
  function addPoint(timestamp, database) {
    if (!state.data || state.data.step !== 1) return;
    const second = Math.floor(Date.parse(timestamp) / 1000);
    const data = state.data;
    if (data.time.length && second <= data.time[data.time.length - 1]) return;
    const rates = database.rates;
    const values = {
      active: database.pool.active, idle: database.pool.idle, waiting: database.pool.waiting, limit: database.pool.max,
      acquireP99Ms: rates.acquireP99Ms, statements: rates.statementsPerSecond, calls: rates.callsPerSecond,
      errors: rates.errorsPerSecond, databaseMs: rates.databaseMsPerSecond,
    };
    data.time.push(second);
    SERIES.forEach(series => data[series].push(values[series] === undefined ? null : values[series]));
    while (data.time.length > HOUR) {
      data.time.shift();
      SERIES.forEach(series => data[series].shift());
    }
    drawCharts();
  }
  function shown(chart) {
    const data = state.data;
    const end = data.time.length ? data.time[data.time.length - 1] : 0;
    let first = data.time.findIndex(second => second > end - state.range);
    if (first < 0) first = data.time.length;
    return [data.time.slice(first), ...chart.lines.map(([series]) => data[series].slice(first))];
  }
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  function makeCharts() {
    state.plots.forEach(made => made.plot && made.plot.destroy());
    state.plots = CHARTS.map(chart => {
      const figure = el('figure');
      const caption = el('figcaption');
      const keys = chart.lines.map(([, name, ink]) => {
        const key = el('span', null, 'key');
        const mark = el('i');
        mark.style.background = 'var(' + ink + ')';
        const value = el('span');
        key.append(mark, name + ' ', value);
        return { key, value };
      });
      caption.append(el('b', chart.title), ...keys.map(each => each.key));
      const place = el('div', null, 'plot');
      // What the picture shows, the caption says in numbers.
      place.setAttribute('aria-hidden', 'true');
      figure.append(caption, place);
      return { chart, figure, place, keys, plot: null };
    });
    $('charts').replaceChildren(...state.plots.map(made => made.figure));
  }
  function drawCharts() {
    if (!state.data || document.hidden) return;
    state.plots.forEach(made => {
      const values = shown(made.chart);
      made.keys.forEach((key, i) => {
        const column = values[i + 1];
        const last = column.length ? column[column.length - 1] : null;
        key.value.textContent = number(last) + (last === null || !made.chart.unit ? '' : ' ' + made.chart.unit);
      });
      if (!made.plot) made.plot = plot(made, values); else made.plot.setData(values);
    });
  }
  function plot(made, values) {
    const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
    return new uPlot({
      width: made.place.clientWidth || 300,
      height: 170,
      cursor: { drag: { x: false, y: false } },
      // Always the whole time asked for, so that a chart that has just begun does not stretch a second over all of it.
      scales: { x: { range: (u, low, high) => [high - state.range, high] }, y: { range: (u, low, high) => [0, Math.max(1, high * 1.1)] } },
      axes: [{ ...axis, values: (u, splits) => splits.map(second => new Date(second * 1000).toLocaleTimeString('en-GB').slice(0, splits[1] - splits[0] < 60 ? 8 : 5)) }, { ...axis, size: 46 }],
      series: [{}, ...made.chart.lines.map(([, name, ink], i) => ({
        label: name, stroke: colour(ink), width: 1.6, dash: name === 'limit' ? [4, 4] : undefined, points: { show: false },
      }))],
    }, values, made.place);
  }
  function resize() {
    state.plots.forEach(made => made.plot && made.plot.setSize({ width: made.place.clientWidth || 300, height: 170 }));
  }

  // ---- statements ----------------------------------------------------------------------------------------------------
  const failures = statement => Object.values(statement.errors).reduce((sum, each) => sum + each, 0);
  const SORTS = {
    share: s => s.sharePercent, text: s => s.text, calls: s => s.calls, mean: s => s.run.meanMs, p99: s => s.run.p99Ms,
    waited: s => s.waited.totalMs, held: s => s.held.totalMs, rows: s => s.rows, errors: failures,
  };
  async function loadStatements() {
    const name = state.chosen;
    if (!name) return;
    try {
      const body = await get(of('/api/statements?limit=500'));
      if (name !== state.chosen) return;
      state.statements = body;
      $('statement-note').textContent = body.statements.length + ' kinds of statements'
        + (body.dropped ? '; ' + body.dropped + ' used least were dropped, with ' + body.droppedCalls + ' calls' : '') + '.';
    } catch (failed) {
      state.statements = null;
      $('statement-note').textContent = failed.message;
    }
    showStatements();
  }
  function showStatements() {
    const wanted = $('statement-search').value.toLowerCase();
    const by = SORTS[state.sort];
    const sign = state.descending ? -1 : 1;
    const rows = (state.statements ? state.statements.statements : [])
      .filter(statement => !wanted || statement.text.toLowerCase().includes(wanted) || statement.fingerprint.includes(wanted))
      .sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0) * sign);
    document.querySelectorAll('#statements th').forEach(head => {
      if (head.dataset.sort === state.sort) head.setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
    $('statements').tBodies[0].replaceChildren(...rows.slice(0, 100).map(statement => {
      const row = el('tr');
      const share = el('td', null, 'number');
      share.append(bar('share', statement.sharePercent), number(statement.sharePercent, 1) + ' %');
      const text = el('td');
      const code = el('code', statement.text);
      code.title = statement.fingerprint;
      text.append(code);
      const failed = failures(statement);
      row.append(share, text, ...[statement.calls, statement.run.meanMs, statement.run.p99Ms, statement.waited.totalMs,
        statement.held.totalMs, statement.rows].map(value => el('td', number(value), 'number')), el('td', failed ? number(failed) : '', 'number'));
      if (failed) row.lastChild.title = Object.entries(statement.errors).map(([kind, count]) => kind + ' ' + count).join(', ');
      return row;
    }));
  }

  // ---- leases --------------------------------------------------------------------------------------------------------
  async function loadLeases() {
    const name = state.chosen;
    if (!name) return;
    try {
      const body = await get(of('/api/leases'));
      if (name !== state.chosen) return;
      state.leases = body.leases.sort((a, b) => b.heldMs - a.heldMs);
      $('lease-note').textContent = state.leases.length ? '' : 'Nobody holds a connection.';
    } catch (failed) {
      state.leases = [];
      $('lease-note').textContent = failed.message;
    }
    showLeases();
  }
  function showLeases() {
    const focused = document.activeElement && document.activeElement.dataset.lease;
    $('leases').tBodies[0].replaceChildren(...state.leases.slice(0, 200).map(lease => {
      const row = el('tr', null, lease.heldMs > 60000 ? 'late' : '');
      const sql = el('td');
      sql.append(el('code', lease.sql));
      const doing = lease.running ? 'runs for ' + duration(lease.runningMs)
        : (lease.transaction === 'open' || lease.transaction === 'failed' ? 'idle in transaction for ' : 'idle for ') + duration(lease.idleMs);
      const actions = el('td');
      const act = (label, action, text) => {
        const button = el('button', label);
        button.type = 'button';
        button.dataset.lease = action + lease.connectionId;
        button.setAttribute('aria-label', label + ' connection ' + lease.connectionId);
        button.addEventListener('click', () => confirmed(text, () => admin(action, action === 'cancel' ? { connectionId: lease.connectionId, lease: lease.lease } : { connectionId: lease.connectionId })));
        actions.append(button, ' ');
      };
      const who = lease.operation || lease.callSite || lease.thread;
      if (!state.admin) actions.textContent = '–';
      else if (lease.running) act('Cancel', 'cancel', 'Cancel the statement that ' + who + ' runs on connection ' + lease.connectionId + '? Its caller gets an error.');
      if (state.admin) act('Evict', 'evict', 'Evict connection ' + lease.connectionId + ', held by ' + who + '? It is closed when it is given back.');
      row.append(el('td', lease.connectionId + (lease.backendId ? ' (' + lease.backendId + ')' : ''), 'number'), el('td', who), el('td', duration(lease.heldMs), 'number'),
        el('td', doing), sql, el('td', words(lease.transaction)), actions);
      return row;
    }));
    if (focused) [...document.querySelectorAll('[data-lease]')].find(button => button.dataset.lease === focused)?.focus();
  }

  // ---- events, alerts, configuration -----------------------------------------------------------------------------------
  function addEvents(body) {
    state.events = body.events.concat().reverse().concat(state.events).filter((event, i, all) => i === 0 || event.id < all[i - 1].id).slice(0, 500);
    showEvents();
    loadAlerts();
  }
  function entry(at, kind, text, level) {
    const item = el('li', null, level);
    const when = el('time', time(at));
    when.dateTime = at;
    when.title = at;
    item.append(when, el('b', kind), el('span', text));
    return item;
  }
  function showEvents() {
    const wanted = $('event-search').value.toLowerCase();
    const rows = state.events.filter(event => (!state.chosen || event.database === state.chosen)
      && (!wanted || (event.event + ' ' + event.text).toLowerCase().includes(wanted)));
    $('events').replaceChildren(...(rows.length ? rows.slice(0, 200).map(event => entry(event.at, event.event, event.text, event.severity))
      : [el('li', 'Nothing has happened.', 'none')]));
  }
  async function loadAlerts() {
    try {
      const body = await get('/api/alerts');
      const line = alert => entry(alert.firedAt || alert.since, alert.alert + ' ' + alert.state,
        alert.database + ': ' + number(alert.current) + ' ' + alert.unit + ' (threshold ' + number(alert.threshold) + '). ' + alert.summary,
        alert.state === 'firing' ? alert.severity : '');
      const all = body.alerts.concat(body.past.slice(0, 20));
      $('alerts').replaceChildren(...(all.length ? all.map(line) : [el('li', 'No alert is pending or firing, and none was.', 'none')]));
    } catch (failed) {
      $('alerts').replaceChildren(el('li', failed.message, 'none'));
    }
  }
  async function loadAdvice() {
    if (!state.chosen) return;
    try {
      const body = await get(of('/api/advice'));
      $('advice').replaceChildren(...(body.advice.length ? body.advice.map(advice => {
        const item = el('li');
        item.append(el('span', advice.confidence), el('b', words(advice.kind)), el('span', advice.text));
        return item;
      }) : [el('li', 'None: too little was measured yet, or there is nothing to change.', 'none')]));
    } catch (failed) {
      $('advice').replaceChildren(el('li', failed.message, 'none'));
    }
  }
  async function loadSettings() {
    try {
      state.settings = await get('/api/config');
    } catch (failed) {
      $('config-note').textContent = failed.message;
      return;
    }
    showSettings();
  }
  function showSettings() {
    const body = state.settings;
    if (!body) return;
    const wanted = $('config-search').value.toLowerCase();
    const rows = body.settings.filter(setting => (!setting.database || setting.database === state.chosen)
      && (setting.changed || !$('config-changed').checked) && (!wanted || setting.key.toLowerCase().includes(wanted)));
    $('config-note').textContent = 'Profile ' + body.profile + (body.profileReason ? ': ' + body.profileReason : '') + '. ' + rows.length + ' settings shown.';
    $('settings').tBodies[0].replaceChildren(...rows.map(setting => {
      const row = el('tr');
      row.append(el('td', setting.key), el('td', setting.value), el('td', setting.default), el('td', setting.origin));
      return row;
    }));
  }

  // ---- actions ---------------------------------------------------------------------------------------------------------
  function confirmed(text, action) {
    const dialog = $('confirm-dialog');
    $('confirm-text').textContent = text;
    $('confirm-yes').onclick = () => { dialog.close(); action(); };
    dialog.showModal();
    $('confirm-no').focus();
  }
  async function admin(action, more) {
    state.asked = false;
    try {
      await ask('/api/admin/' + action, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ database: state.chosen, ...more }),
      });
      say(action + ' done');
      loadLeases();
    } catch (failed) {
      say(action + ' was refused: ' + failed.message);
    }
  }
  const QUESTIONS = {
    pause: 'Pause the pool of %? Callers are refused or wait until it is resumed.',
    resume: 'Resume the pool of %?',
    evict: 'Evict all connections of %? Idle ones are closed now, others when they are given back.',
    drain: 'Drain the pool of %? It refuses new callers until it is resumed, and waits up to 30 s for its leases.',
    reset: 'Reset the pool of %? Idle connections are closed, connects under way are given up.',
  };
  function askToken() {
    const dialog = $('token-dialog');
    if (dialog.open || state.asked) return;
    state.asked = true;
    $('token').value = '';
    dialog.showModal();
    $('token').focus();
  }

  // ---- wiring ----------------------------------------------------------------------------------------------------------
  $('sign').addEventListener('click', () => { state.asked = false; askToken(); });
  $('token-cancel').addEventListener('click', () => $('token-dialog').close());
  $('token-form').addEventListener('submit', event => {
    event.preventDefault();
    const token = $('token').value.trim();
    if (token) sessionStorage.setItem(TOKEN, token); else sessionStorage.removeItem(TOKEN);
    $('token').value = '';
    $('token-dialog').close();
    location.reload();
  });
  $('confirm-no').addEventListener('click', () => $('confirm-dialog').close());
  document.querySelectorAll('#admin button').forEach(button => button.addEventListener('click', () => {
    const action = button.dataset.action;
    confirmed(QUESTIONS[action].replace('%', state.chosen), () => admin(action, action === 'drain' ? { deadlineMs: 30000 } : {}));
  }));
  document.querySelectorAll('#ranges button').forEach(button => button.addEventListener('click', () => {
    state.range = Number(button.dataset.range);
    document.querySelectorAll('#ranges button').forEach(other => other.setAttribute('aria-pressed', String(other === button)));
    if (state.dataRange !== historyRange()) { state.data = null; loadHistory(); } else drawCharts();
  }));
  document.querySelectorAll('#statements th').forEach(head => head.firstElementChild.addEventListener('click', () => {
    state.descending = state.sort === head.dataset.sort ? !state.descending : head.dataset.sort !== 'text';
    state.sort = head.dataset.sort;
    showStatements();
  }));
  $('statement-search').addEventListener('input', showStatements);
  $('event-search').addEventListener('input', showEvents);
  $('config-search').addEventListener('input', showSettings);
  $('config-changed').addEventListener('change', showSettings);
  $('config').addEventListener('toggle', () => { if ($('config').open) loadSettings(); });
  window.addEventListener('resize', resize);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { makeCharts(); drawCharts(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { loadHistory(); loadLeases(); loadStatements(); } });
  setInterval(() => { if (!document.hidden && !document.getSelection().toString()) loadLeases(); }, 1000);
  setInterval(() => { if (!document.hidden && !document.getSelection().toString()) loadStatements(); }, 3000);
  setInterval(() => { if (!document.hidden && state.range > HOUR) loadHistory(); }, 10000);
  setInterval(() => { if (!document.hidden) loadAlerts(); }, 5000);
  setInterval(() => { if (!document.hidden) loadAdvice(); }, 10000);
  makeCharts();
  loadAlerts();
  follow();
})();
