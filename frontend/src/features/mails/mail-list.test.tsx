import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { openApp } from '@/testing/app';
import { network, problem } from '@/testing/network';
import { booking, TRAVELLER } from '@/testing/samples';

const MAIL = {
  id: '0199a000-0000-7000-8000-0000000000aa',
  booking_id: booking().id,
  kind: 'confirmed',
  address: 'asha@example.com',
  subject: 'You are booked · Delhi to Mumbai · K7WQ2M',
  body: 'Your booking K7WQ2M is confirmed.\n\nReference: K7WQ2M',
  status: 'KEPT',
  created_at: '2026-11-23T10:00:00Z',
  sent_at: null,
};

beforeEach(() => {
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

function mailsAre(...mails: object[]) {
  network.use(http.get('/api/v1/mails', () => HttpResponse.json({ data: mails, next_cursor: null })));
}

test('a message opens, and leads to its booking', async () => {
  mailsAre(MAIL);
  const { user } = openApp('/messages', { as: 'member' });
  await user.click(await screen.findByText(MAIL.subject));
  expect(screen.getByText(/Your booking K7WQ2M is confirmed/)).toBeVisible();
  expect(screen.getByText('Shown here only')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Open the booking' })).toHaveAttribute(
    'href',
    `/bookings/${MAIL.booking_id}`,
  );
});

test('an empty list of messages explains how to get mails', async () => {
  mailsAre();
  openApp('/messages', { as: 'member' });
  expect(await screen.findByText('No messages yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Enter your address' })).toHaveAttribute('href', '/account');
});

test('the address is saved, and an invalid one has an error at the field', async () => {
  const saved: unknown[] = [];
  network.use(
    http.get('/api/v1/auth/sessions', () => HttpResponse.json({ data: [] })),
    http.get('/api/v1/auth/email', () => HttpResponse.json({ email: null, sends: true })),
    http.put('/api/v1/auth/email', async ({ request }) => {
      const body = (await request.json()) as { email: string | null };
      saved.push(body.email);
      if (body.email !== 'asha@example.com') {
        const errors = [{ pointer: '/email', code: 'bad_format', message: 'This is not an e-mail address.' }];
        return problem(422, 'validation', 'Wrong.', { errors });
      }
      return HttpResponse.json({ email: body.email, sends: true });
    }),
  );
  const { user } = openApp('/account', { as: 'member' });
  const field = await screen.findByRole('textbox', { name: 'E-mail address' });
  await user.type(field, 'asha');
  await user.click(screen.getByRole('button', { name: 'Save address' }));
  expect(await screen.findByText('This is not an e-mail address.')).toBeVisible();
  expect(field).toHaveFocus();
  await user.type(field, '@example.com');
  await user.click(screen.getByRole('button', { name: 'Save address' }));
  expect(await screen.findByText('We write to asha@example.com from now on.')).toBeVisible();
  expect(saved).toEqual(['asha', 'asha@example.com']);
});

test('without a mail server the page announces no mails', async () => {
  const address = { email: 'asha@example.com', sends: false };
  network.use(
    http.get('/api/v1/auth/sessions', () => HttpResponse.json({ data: [] })),
    http.get('/api/v1/auth/email', () => HttpResponse.json({ ...address, email: null })),
    http.put('/api/v1/auth/email', () => HttpResponse.json(address)),
  );
  const { user } = openApp('/account', { as: 'member' });
  await user.type(await screen.findByRole('textbox', { name: 'E-mail address' }), address.email);
  await user.click(screen.getByRole('button', { name: 'Save address' }));
  expect(await screen.findByText('Your address is saved.')).toBeVisible();
  expect(screen.queryByText(/We write/)).not.toBeInTheDocument();
});
