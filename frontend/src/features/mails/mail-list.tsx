import { t } from '@lingui/core/macro';
import { Button } from '@mantine/core';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Rows } from '@/components/layout/row';
import { EmptyNote } from '@/components/messages/empty-note';
import { QueryFallback } from '@/components/messages/query-fallback';
import type { MailView } from '@/lib/api-types';
import { api, unwrap } from '@/lib/client';
import { browserClock, browserDay, dayText } from '@/lib/time/time';
import css from './mail-list.module.css';

const PAGE_SIZE = 20;
/** The interval of polling. A mail is written within seconds of its event. */
const REFRESH_MS = 10_000;

const mailsQuery = () =>
  infiniteQueryOptions({
    queryKey: ['mails'],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/v1/mails', {
          params: { query: { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: REFRESH_MS,
  });

/** The mails to the account, newest first. Only the subject of a mail is shown until it is opened. */
export function MailList() {
  const query = useInfiniteQuery(mailsQuery());
  if (!query.data) {
    return (
      <QueryFallback
        query={query}
        loading={t`Loading your messages`}
        failed={t`Your messages could not be loaded.`}
        heights={[72, 72, 72]}
      />
    );
  }
  const mails = query.data.pages.flatMap(({ data }) => data);
  if (mails.length === 0) {
    return (
      <EmptyNote title={t`No messages yet`}>
        {t`News of your bookings is written to your e-mail address and kept here.`}{' '}
        <Link to="/account">{t`Enter your address`}</Link>
      </EmptyNote>
    );
  }
  return (
    <>
      <Rows>
        {mails.map((mail) => (
          <li key={mail.id}>
            <Mail mail={mail} />
          </li>
        ))}
      </Rows>
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t`Show older messages`}
        </Button>
      )}
    </>
  );
}

function Mail({ mail }: { mail: MailView }) {
  return (
    <details className={css.mail}>
      <summary>
        <span className={css.subject}>{mail.subject}</span>
        <span className={css.when}>
          {dayText(browserDay(mail.created_at))}, {browserClock(mail.created_at)}
        </span>
      </summary>
      <p className={css.body}>{mail.body}</p>
      <p className={css.foot}>
        {mail.booking_id === null ? (
          <Link to="/bookings">{t`My trips`}</Link>
        ) : (
          <Link to="/bookings/$bookingId" params={{ bookingId: mail.booking_id }}>
            {t`Open the booking`}
          </Link>
        )}
        <span>{deliveryText(mail)}</span>
      </p>
    </details>
  );
}

function deliveryText({ status, address }: MailView): string {
  switch (status) {
    case 'SENT':
      return t`Sent to ${address}`;
    case 'WAITING':
      return t`On its way to ${address}`;
    case 'GIVEN_UP':
      return t`Could not be delivered to ${address}: check the address on your account page`;
    default:
      return t`Shown here only`;
  }
}
