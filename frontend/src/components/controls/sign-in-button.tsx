import { useLocation } from '@tanstack/react-router';
import { LinkButton } from './link-button';

/** Leads to the sign-in page, and from there back to the page it stands on. */
export function SignInButton({ children, variant }: { children: string; variant?: 'default' }) {
  const { href } = useLocation();
  return (
    <LinkButton fullWidth to="/sign-in" search={{ next: href }} {...(variant && { variant })}>
      {children}
    </LinkButton>
  );
}
