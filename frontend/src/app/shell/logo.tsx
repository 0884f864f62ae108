/** The logo: dots in a queue, and a climbing aeroplane. */
export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg viewBox="4 4 25 21" width={size} height={size} aria-hidden="true">
      <path
        d="M6 22.5c7.5 0 13-3.2 17-10.5"
        fill="none"
        stroke="var(--amber)"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <path d="m26.5 6.5-7 3.2 5.4 3.8z" fill="var(--amber)" />
      <circle cx="7" cy="15" r="1.7" fill="currentColor" opacity="0.55" />
      <circle cx="12" cy="13.4" r="1.7" fill="currentColor" opacity="0.85" />
    </svg>
  );
}
