import type { RouteOnDay } from './queries';

/** `Delhi to Mumbai`, `Delhi to Mumbai and back`, `Delhi to Mumbai to Goa` */
export function tripName(legs: readonly RouteOnDay[]): string {
  const [first, second] = legs;
  if (!first) return '';
  if (legs.length === 2 && second?.from === first.to && second.to === first.from) {
    return `${first.from} to ${first.to} and back`;
  }
  const names = legs.flatMap(({ from, to }) => [from, to]);
  return names.filter((name, index) => name !== names[index - 1]).join(' to ');
}
