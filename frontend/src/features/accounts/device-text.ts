import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';

const BROWSERS: [RegExp, string][] = [
  // In this order: each names the ones below it too.
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string | MessageDescriptor][] = [
  [/iPhone/, msg`an iPhone`],
  [/iPad/, msg`an iPad`],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, msg`a Mac`],
  [/Linux|X11/, 'Linux'],
];

/** "Firefox on Linux", from what a client calls itself (`User-Agent`). */
export function deviceText(userAgent: string | null): string {
  const browser = find(BROWSERS, userAgent);
  const system = find(SYSTEMS, userAgent);
  if (browser && system)
    return t`${browser} on ${{ system: typeof system === 'string' ? system : i18n._(system) }}`;
  return browser ?? (userAgent ? userAgent.slice(0, 60) : t`A device that did not say its name`);
}

function find<Name>(names: readonly [RegExp, Name][], userAgent: string | null): Name | undefined {
  return names.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
}
