// What the benchmark does in the page. Figures of the table's own script are in window.__scalescope.
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const instruments = () => window.__scalescope;

// When each word of a change came to stand in the document, in ms since the epoch.
const arrivals = async (ms) => {
  const seen = {};
  const observer = new MutationObserver((records) => {
    const now = Date.now();
    for (const { target } of records) {
      const text = target.data;
      if (text?.startsWith('Word')) seen[text] ??= now;
    }
  });
  instruments().latencies.length = 0;
  observer.observe(grid(), { subtree: true, characterData: true });
  await sleep(ms);
  observer.disconnect();
  return { seen, latencies: [...instruments().latencies] };
};

// Scrolls in every frame, and sorts and filters again and again. Script of a frame is what the table recorded for it,
// together with the handlers that ran because of a click or a keystroke.
const frames = async (ms) => {
  const scroller = grid();
  const field = one('textbox', 'Filter*');
  const ring = instruments().frames;
  ring.length = 0;
  const [script, intervals] = [[], []];
  let handlers = 0;
  const timed = (work) => {
    const began = performance.now();
    work();
    handlers += performance.now() - began;
  };
  let running = true;
  let last = 0;
  let down = 1;
  const each = (now) => {
    if (!running) return;
    if (last) intervals.push(now - last);
    last = now;
    // The clock may tell whole milliseconds only: a frame of less than that counts as 0, but it counts.
    const recorded = ring.splice(0);
    if (recorded.length > 0 || handlers > 0) script.push(recorded.reduce((sum, one) => sum + one, handlers));
    handlers = 0;
    const end = scroller.scrollHeight - scroller.clientHeight;
    if (scroller.scrollTop >= end - 1) down = -1;
    if (scroller.scrollTop <= 0) down = 1;
    scroller.scrollTop += down * 90;
    requestAnimationFrame(each);
  };
  requestAnimationFrame(each);
  const type = (text) => timed(() => {
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  const until = performance.now() + ms;
  for (let round = 0; performance.now() < until; round += 1) {
    const headers = all('columnheader', '', scroller);
    const button = all('button', '', headers[round % headers.length])[0];
    timed(() => button?.click());
    await sleep(600);
    for (const text of ['s', 'se', 'sea', '']) {
      type(text);
      await sleep(150);
    }
    await sleep(300);
  }
  running = false;
  return { frames: script, intervals };
};
