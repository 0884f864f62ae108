import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SeatMap } from '@/lib/api-types';
import { openApp } from '@/testing/app';
import { accepted, flightsAre, jobIs, respondToBookings } from '@/testing/booking-api';
import { network, problem } from '@/testing/network';
import { booking, FLIGHT, NEXT_FLIGHT, SEAT_MAP, segment, TRAVELLER } from '@/testing/samples';

const PAGE = `/flights/${FLIGHT.id}?seats=2`;

function mapIs(map: SeatMap) {
  network.use(
    http.get('/api/v1/flights/:id/seats', ({ params, request }) =>
      HttpResponse.json({
        ...map,
        flight_id: params.id,
        best: new URL(request.url).searchParams.has('best') ? ['3C', '3D'] : null,
      }),
    ),
  );
}

beforeEach(() => {
  flightsAre({ ...FLIGHT, cabin: 'C208-9' }, NEXT_FLIGHT);
  mapIs(SEAT_MAP);
  jobIs(booking());
  network.use(http.get('/api/v1/auth/me', () => HttpResponse.json(TRAVELLER)));
});

const seat = (name: RegExp) => screen.getByRole('button', { name });

describe('in the checkout', () => {
  test('seats are picked on the map, one traveller after the other, and sent with the booking', async () => {
    const calls = respondToBookings(accepted);
    const { user } = openApp(PAGE, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: 'Choose seats' }));
    expect(seat(/^1A, window, exit row, taken/)).toHaveAttribute('aria-disabled', 'true');
    await user.click(seat(/^1A/));
    await user.click(seat(/^3D, window, free/));
    await user.click(seat(/^3C, aisle, free/));
    expect(seat(/^3C, aisle, yours, Traveller 2/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
    expect(await screen.findByRole('heading', { name: 'You are booked' }, { timeout: 5000 })).toBeVisible();
    expect(calls[0]?.body).toMatchObject({ seats: 2, seat_numbers: [['3D', '3C']] });
  });

  test('the arrow keys lead from seat to seat, over the aisle and to the ends of the rows', async () => {
    const { user } = openApp(PAGE, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: 'Choose seats' }));
    const map = screen.getByRole('grid', { name: 'Seat map of AI-202' });
    expect(
      within(map)
        .getAllByRole('button')
        .filter(({ tabIndex }) => tabIndex === 0),
    ).toHaveLength(1);
    seat(/^1A/).focus();
    await user.keyboard('{ArrowRight}');
    expect(seat(/^1C/)).toHaveFocus();
    await user.keyboard('{ArrowDown}{End}');
    expect(seat(/^2D/)).toHaveFocus();
    await user.keyboard('{PageDown}{Home}');
    expect(seat(/^3A/)).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(seat(/^3A, window, yours, Traveller 1/)).toHaveFocus();
  });

  test('the list has the free seats only, and does the same as the map', async () => {
    const { user } = openApp(PAGE, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: 'Choose seats' }));
    const list = screen.getByRole('combobox', { name: 'Seat of Traveller 1 on AI-202' });
    const offered = within(list)
      .getAllByRole('option')
      .map(({ textContent }) => textContent);
    expect(offered).toContain('2C, aisle');
    expect(offered).not.toContain('2D, window');
    await user.selectOptions(list, '2C');
    expect(seat(/^2C, aisle, yours, Traveller 1/)).toBeVisible();
    expect(screen.getByRole('combobox', { name: 'Seat of Traveller 2 on AI-202' })).toBeVisible();
  });

  test('the best seats are taken together, and given up again', async () => {
    const calls = respondToBookings(accepted);
    const { user } = openApp(PAGE, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: 'Choose seats' }));
    await user.click(screen.getByRole('button', { name: 'Take the best seats together' }));
    expect(await screen.findByText('3C, 3D')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Give up these seats' }));
    await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]?.body).not.toHaveProperty('seat_numbers');
  });

  test('a seat for one of two travellers needs a seat for the other', async () => {
    const calls = respondToBookings(accepted);
    const { user } = openApp(PAGE, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: 'Choose seats' }));
    await user.click(seat(/^2C/));
    await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
    expect(await screen.findByText('Pick a seat for everybody on AI-202, or for nobody.')).toBeVisible();
    expect(calls).toHaveLength(0);
  });

  test('a seat that was taken meanwhile is named, and the other one is kept', async () => {
    const calls = respondToBookings(() => {
      mapIs({ ...SEAT_MAP, taken: ['1A', '2D', '2C'] });
      return problem(409, 'seat_taken', 'Seat 2C was taken by somebody else.', {
        seats: [{ flight_id: FLIGHT.id, seat_number: '2C' }],
      });
    }, accepted);
    const { user } = openApp(PAGE, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: 'Choose seats' }));
    await user.click(seat(/^2C/));
    await user.click(seat(/^3C/));
    await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
    expect(await screen.findByText('Seat 2C has just been taken')).toBeVisible();
    expect(await screen.findByRole('button', { name: /^2C, aisle, taken/ })).toBeVisible();
    expect(seat(/^3C, aisle, yours, Traveller 2/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: /^1Traveller 1|Traveller 1.*no seat/ }));
    await user.click(seat(/^3D/));
    expect(screen.queryByText('Seat 2C has just been taken')).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls[1]?.body).toMatchObject({ seat_numbers: [['3D', '3C']] });
    expect(calls[1]?.key).not.toBe(calls[0]?.key);
  });

  test('after a declined card the seats are still picked for another one', async () => {
    jobIs(
      booking({
        status: 'FAILED',
        failure: { code: 'payment_declined', message: 'The payment was declined.' },
        available_actions: [],
      }),
    );
    const calls = respondToBookings(accepted);
    const { user } = openApp(PAGE, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: 'Choose seats' }));
    await user.click(seat(/^2C/));
    await user.click(seat(/^3C/));
    await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
    await user.click(await screen.findByRole('link', { name: 'Try another card' }));
    expect(await screen.findByText('2C, 3C')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Pay ₹15,000' }));
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls[1]?.body).toMatchObject({ seat_numbers: [['2C', '3C']] });
  });

  test('flights without numbers have no step, and are sent without seats', async () => {
    const calls = respondToBookings(accepted);
    const { user } = openApp(`/itinerary?flights=${FLIGHT.id},${NEXT_FLIGHT.id}&seats=2`, { as: 'member' });
    expect(await screen.findByRole('heading', { name: 'Seats' })).toBeVisible();
    expect(screen.getAllByRole('button', { name: 'Choose seats' })).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Choose seats' }));
    await user.click(screen.getByRole('button', { name: 'Take the best seats together' }));
    await screen.findByText('3C, 3D');
    await user.click(screen.getByRole('button', { name: 'Pay ₹75,000.40' }));
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]?.body).toMatchObject({ seat_numbers: [['3C', '3D'], []] });
  });
});

describe('on the page of the booking', () => {
  const seated = (seat_numbers: string[], seats_change_until: string | null = '2099-12-01T03:30:00Z') =>
    booking({ segments: [{ ...segment(), seat_numbers, seats_change_until }] });

  function respondToSeats(...responses: (() => Response)[]) {
    const bodies: unknown[] = [];
    network.use(
      http.put('/api/v1/bookings/:id/seats', async ({ request }) => {
        bodies.push(await request.json());
        return (responses[bodies.length - 1] ?? responses.at(-1))?.();
      }),
    );
    return bodies;
  }

  test('seats stand on the ticket and are changed, and a refusal keeps what was had', async () => {
    mapIs({ ...SEAT_MAP, taken: ['1A', '2C', '2D'] });
    jobIs(seated(['2C', '2D']));
    const bodies = respondToSeats(
      () =>
        problem(409, 'seat_taken', 'Seat 3C was taken by somebody else.', {
          seats: [{ flight_id: FLIGHT.id, seat_number: '3C' }],
        }),
      () => {
        jobIs(seated(['3D', '2D']));
        return HttpResponse.json(seated(['3D', '2D']));
      },
    );
    const { user } = openApp(`/bookings/${booking().id}`, { as: 'member' });
    expect(await screen.findByText('Seats 2C, 2D')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Change seats' }));
    expect(screen.getByRole('heading', { name: 'Seats' })).toHaveFocus();
    await user.click(await screen.findByRole('button', { name: /^3C/ }));
    await user.click(screen.getByRole('button', { name: 'Save seats' }));
    expect(await screen.findByText('3C was taken by somebody else')).toBeVisible();
    await user.click(seat(/^3D/));
    await user.click(screen.getByRole('button', { name: 'Save seats' }));
    expect(await screen.findByText('Seats 3D, 2D')).toBeVisible();
    expect(bodies).toEqual([{ seat_numbers: [['3C', '2D']] }, { seat_numbers: [['3D', '2D']] }]);
    expect(screen.getByText(/^Your seats are saved\. Your ticket is a new one/)).toBeVisible();
    await waitFor(() => expect(screen.getByRole('button', { name: 'Change seats' })).toHaveFocus());
  });

  test('the mail with the former ticket does not count after a change', async () => {
    const mail = {
      id: '1',
      booking_id: booking().id,
      kind: 'confirmed',
      address: 'asha@example.com',
      status: 'SENT',
    };
    let mails = [mail];
    network.use(
      http.get('/api/v1/mails', () => HttpResponse.json({ data: mails, next_cursor: null })),
      http.get('/api/v1/auth/email', () => HttpResponse.json({ email: mail.address, sends: true })),
    );
    jobIs(seated(['2C', '2D']));
    respondToSeats(() => HttpResponse.json(seated(['3D', '2D'])));
    const { user } = openApp(`/bookings/${booking().id}`, { as: 'member' });
    expect(await screen.findByText(/^Your ticket was mailed/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Change seats' }));
    await user.click(await screen.findByRole('button', { name: /^3D/ }));
    await user.click(screen.getByRole('button', { name: 'Save seats' }));
    expect(await screen.findByText(/^Your ticket is on its way/)).toBeVisible();
    mails = [{ ...mail, id: '2', kind: 'seats_changed', address: 'asha@example.org' }, mail];
    await waitFor(() => expect(screen.getByText('asha@example.org')).toBeVisible(), { timeout: 5_000 });
  });

  test('of several flights one map is open at a time, and the others say which seats are had', async () => {
    const seats_change_until = '2099-12-01T03:30:00Z';
    const segments = [
      { ...segment(), seat_numbers: ['2C', '3C'], seats_change_until },
      { ...segment(NEXT_FLIGHT), seat_numbers: ['1C', '1D'], seats_change_until },
    ];
    jobIs(booking({ segments }));
    const { user } = openApp(`/bookings/${booking().id}`, { as: 'member' });
    await user.click(await screen.findByRole('button', { name: 'Change seats' }));
    expect(screen.queryByRole('grid')).not.toBeInTheDocument();
    const next = within(screen.getByRole('region', { name: 'Seats on BA-138' }));
    expect(next.getByText('1C, 1D')).toBeVisible();
    await user.click(next.getByRole('button', { name: 'Change seats' }));
    expect(await screen.findByRole('grid', { name: 'Seat map of BA-138' })).toBeVisible();
    expect(screen.getAllByRole('grid')).toHaveLength(1);
  });

  test.each([
    ['has no cabin', null],
    ['is closed for check-in', '2020-01-01T00:00:00Z'],
  ])('there is nothing to choose where the flight %s', async (_, until) => {
    jobIs(seated([], until));
    openApp(`/bookings/${booking().id}`, { as: 'member' });
    expect(await screen.findByRole('heading', { name: 'You are booked' })).toBeVisible();
    expect(screen.queryByRole('heading', { name: 'Seats' })).not.toBeInTheDocument();
  });
});
