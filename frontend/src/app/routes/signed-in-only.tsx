import { Navigate, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '@/lib/session';

/** Sends strangers to the sign-in page, and brings them back. */
export function SignedInOnly({ children }: { children: ReactNode }) {
  const session = useSession();
  const { href } = useLocation();
  return session.state === 'signed-out' ? (
    <Navigate to="/sign-in" search={{ next: href }} replace />
  ) : (
    children
  );
}
