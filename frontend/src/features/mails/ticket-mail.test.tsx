import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { jobIs } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { booking, TRAVELLER } from '@/testing/samples';

const MAIL = {
  id: '0199a000-0000-7000-8000-0000000000aa',
  booking_id: booking().id,
  kind: 'confirmed',
  address: 'asha@example.com',
  subject: 'You are booked',
  body: 'Your booking is confirmed.',
  status: 'SENT',
  created_at: '2026-11-23T10:00:00Z',
  sent_at: null,
};

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
  jobIs(booking());
});

function mailIs(mail: object | null) {
  const asked: (string | null)[] = [];
  network.use(
    http.get('/api/v1/mails', ({ request }) => {
      asked.push(new URL(request.url).searchParams.get('booking_id'));
      return HttpResponse.json({ data: mail ? [mail] : [], next_cursor: null });
    }),
  );
  return asked;
}

function addressIs(email: string | null, sends = true) {
  network.use(http.get('/api/v1/auth/email', () => HttpResponse.json({ email, sends })));
}

const openBooking = () => openApp(`/bookings/${booking().id}`, { as: 'member' });

test.each([
  ['SENT', 'Your ticket was mailed to asha@example.com.'],
  ['WAITING', 'Your ticket is on its way to asha@example.com.'],
  ['GIVEN_UP', 'Your ticket could not be mailed to asha@example.com. Correct the address'],
  ['KEPT', 'This site sends no e-mail. What it would have written is under Messages.'],
])('the page of a booking says what became of its mail: %s', async (status, text) => {
  const asked = mailIs({ ...MAIL, status });
  addressIs('asha@example.com', status !== 'KEPT');
  openBooking();
  const line = await screen.findByText(
    (_, element) => element?.tagName === 'P' && element.textContent === text,
  );
  expect(line).toBeVisible();
  expect(asked).toEqual([booking().id]);
});

test('without a mail server and an address the ticket is on the page alone', async () => {
  mailIs(null);
  addressIs(null, false);
  openBooking();
  expect(await screen.findByText('This site sends no e-mail. Download your ticket below.')).toBeVisible();
});

test('a traveller without an address can enter one here, and the ticket is mailed', async () => {
  mailIs(null);
  addressIs(null);
  const saved: unknown[] = [];
  network.use(
    http.put('/api/v1/auth/email', async ({ request }) => {
      const body = (await request.json()) as { email: string };
      saved.push(body.email);
      if (!body.email.includes('@')) {
        const errors = [{ pointer: '/email', code: 'bad_format', message: 'This is not an e-mail address.' }];
        return problem(422, 'validation', 'The request is not valid.', { errors });
      }
      mailIs({ ...MAIL, status: 'WAITING', address: body.email });
      return HttpResponse.json({ email: body.email, sends: true });
    }),
  );
  const { user } = openBooking();
  const field = await screen.findByLabelText('Mail me the ticket');
  await user.type(field, 'asha');
  await user.click(screen.getByRole('button', { name: 'Mail the ticket' }));
  expect(await screen.findByText('This is not an e-mail address.')).toBeVisible();
  await user.clear(field);
  await user.type(field, 'asha@example.com');
  await user.click(screen.getByRole('button', { name: 'Mail the ticket' }));
  expect(await screen.findByText(/is on its way to/, {}, { timeout: 4_000 })).toBeVisible();
  expect(saved).toEqual(['asha', 'asha@example.com']);
});

test('a booking that is not confirmed has no ticket to mail', async () => {
  jobIs(booking({ status: 'HELD', payment_mode: 'hold' }));
  const asked = mailIs(MAIL);
  openBooking();
  expect(await screen.findByRole('heading', { level: 1 })).toBeVisible();
  expect(asked).toEqual([]);
});
