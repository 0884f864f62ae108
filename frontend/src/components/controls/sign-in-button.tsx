import { useLocation } from '@tanstack/react-router';
import { LinkButton } from './link-button';

/** Opens the sign-in page, which leads back to the present page afterwards. */
export function SignInButton({ children, variant }: { children: string; variant?: 'default' }) {
  const { href } = useLocation();
  return (
    <LinkButton fullWidth to="/sign-in" search={{ next: href }} {...(variant && { variant })}>
      {children}
    </LinkButton>
  );
}
