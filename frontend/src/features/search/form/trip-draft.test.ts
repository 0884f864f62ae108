import { expect, test } from 'vitest';
import { daysOf, draftOf, withAnotherLeg, withKind } from './trip-draft';

const OUT = { from: 'Delhi', to: 'Mumbai', date: '2099-12-04' };
const BACK = { from: 'Mumbai', to: 'Delhi', date: '2099-12-09' };
const ON = { from: 'Mumbai', to: 'Goa', date: '2099-12-07' };

test('the address of a trip says of which kind it is', () => {
  expect(draftOf({ legs: [OUT], seats: 1 }).kind).toBe('one-way');
  expect(draftOf({ legs: [OUT, BACK], seats: 1 })).toMatchObject({ kind: 'return', back: '2099-12-09' });
  expect(draftOf({ legs: [OUT, ON], seats: 1 })).toMatchObject({ kind: 'multi-city', legs: [OUT, ON] });
});

test('no day is over, and none is before the day before it', () => {
  const draft = draftOf({ legs: [OUT, { ...ON, date: '2099-12-01' }], seats: 1 });
  expect(daysOf(draft, '2099-12-06').legs).toEqual(['2099-12-06', '2099-12-06']);
  const late = { ...draftOf({ legs: [OUT, BACK], seats: 1 }), back: '2099-12-01' };
  expect(daysOf(late, '2099-11-01').back).toBe('2099-12-04');
});

test('days that were not chosen are proposed', () => {
  const draft = { ...draftOf({ legs: [OUT, ON], seats: 1 }) };
  const open = { ...draft, legs: draft.legs.map((leg) => ({ ...leg, date: null })) };
  expect(daysOf(open, '2099-12-31').legs).toEqual(['2100-01-01', '2100-01-08']);
});

test('another leg goes on from where the last one ended, up to six', () => {
  let draft = withKind(draftOf({ legs: [OUT], seats: 1 }), 'multi-city');
  expect(draft.legs.map(({ from, to }) => [from, to])).toEqual([
    ['Delhi', 'Mumbai'],
    ['Mumbai', ''],
  ]);
  for (let more = 0; more < 9; more += 1) draft = withAnotherLeg(draft);
  expect(draft.legs).toHaveLength(6);
  expect(withKind(draft, 'one-way').legs).toHaveLength(1);
});
