/* Collects what the browser tells of the time a page takes. */
{
  const QUIET_MS = 700;
  const SHORTEST_EVENT_MS = 16;
  const found = { lcp: 0, cls: 0, shifts: [], tasks: [], longestEvent: 0, lastTask: 0 };
  const observe = (type, each, options = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...options });
  observe('largest-contentful-paint', (entry) => {
    found.lcp = entry.startTime;
  });
  observe('layout-shift', (entry) => {
    if (entry.hadRecentInput) return;
    found.cls += entry.value;
    found.shifts.push({
      at: Math.round(entry.startTime),
      value: entry.value,
      moved: entry.sources.map(({ node, previousRect, currentRect }) => ({
        element: elementText(node),
        from: rectangle(previousRect),
        to: rectangle(currentRect),
      })),
    });
  });
  observe('longtask', (entry) => {
    found.tasks.push(entry);
    found.lastTask = entry.startTime + entry.duration;
  });
  observe(
    'event',
    (entry) => {
      found.longestEvent = Math.max(found.longestEvent, entry.duration);
    },
    { durationThreshold: SHORTEST_EVENT_MS },
  );
  const rectangle = ({ x, y, width, height }) => [x, y, width, height].map(Math.round);
  /** Its tag, its classes and the begin of its text. An element that is gone has none. */
  const elementText = (node) => {
    const element = node instanceof Element ? node : node?.parentElement;
    if (!element) return 'gone';
    return `${element.localName}.${element.className}: ${element.textContent.trim().slice(0, 40)}`;
  };
  const firstPaint = () =>
    performance.getEntriesByType('paint').find(({ name }) => name === 'first-contentful-paint')?.startTime ?? 0;
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

  window.timings = {
    /** Nothing was loaded and nothing blocked the page for a while. */
    isQuiet() {
      const last = performance.getEntriesByType('resource').map(({ responseEnd }) => responseEnd);
      return (
        document.readyState === 'complete' &&
        performance.now() - Math.max(found.lastTask, found.lcp, ...last) > QUIET_MS
      );
    },
    loaded() {
      const [navigation] = performance.getEntriesByType('navigation');
      const fcp = firstPaint();
      const blocked = found.tasks.map(({ startTime, duration }) =>
        Math.max(0, startTime + duration - Math.max(startTime, fcp) - 50),
      );
      return {
        ttfb: navigation.responseStart,
        fcp,
        lcp: found.lcp,
        cls: found.cls,
        shifts: found.shifts,
        tbt: blocked.reduce((sum, each) => sum + each, 0),
      };
    },
    /** How long the longest event took, from the press to the next picture. */
    async answered() {
      await nextFrame();
      await nextFrame();
      return Math.max(found.longestEvent, SHORTEST_EVENT_MS);
    },
  };
}
