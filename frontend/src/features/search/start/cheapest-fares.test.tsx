import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { addDays, dayText, today } from '@/lib/time/time';
import { openApp } from '@/testing/app';
import { network } from '@/testing/network';
import { saveSearch } from './recent-searches';

test('the first page shows the cheapest day to some places, from where the last search began', async () => {
  saveSearch({ from: 'Delhi', to: 'London' });
  const [soon, later] = [addDays(today(), 2), addDays(today(), 3)];
  network.use(
    http.get('/api/v1/calendar', ({ request }) => {
      const { searchParams: asked } = new URL(request.url);
      if (asked.get('destination') !== 'London' || !soon.startsWith(asked.get('month') ?? '-')) {
        return HttpResponse.json({ data: [] });
      }
      const day = (date: string, price: string) => ({
        date,
        flights: 1,
        price,
        currency: 'INR',
        prices: [{ price, currency: 'INR' }],
      });
      return HttpResponse.json({ data: [day(soon, '31000.00'), day(later, '29900.50')] });
    }),
  );
  openApp('/');
  const section = within(await screen.findByRole('region', { name: 'Low fares from Delhi' }));
  const link = await section.findByRole('link');
  expect(link).toHaveTextContent(`London₹29,901${dayText(later)}`);
  expect(link.getAttribute('href')).toContain(`date=${later}`);
});
