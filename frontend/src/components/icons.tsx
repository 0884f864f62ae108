import type { ReactNode } from 'react';

function Icon({ size = 20, children }: { size?: number | undefined; children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

interface Sized {
  size?: number;
}

export const SwapIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M4 8h15m0 0-4-4m4 4-4 4M20 16H5m0 0 4-4m-4 4 4 4" />
  </Icon>
);

export const ArrowIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M5 12h14m0 0-6-6m6 6-6 6" />
  </Icon>
);

export const CheckIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
);

export const CrossIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M6 6l12 12M18 6 6 18" />
  </Icon>
);

export const AlertIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M12 8v5m0 3.2v.1M12 3.5 2.8 19.5h18.4L12 3.5Z" />
  </Icon>
);

export const MailIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5" />
  </Icon>
);

export const BellIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M6.5 10a5.5 5.5 0 0 1 11 0c0 5 2 6.5 2 6.5h-15s2-1.5 2-6.5ZM10 19.5a2.2 2.2 0 0 0 4 0" />
  </Icon>
);

export const ClockIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Zm0 4v5l3.2 2" />
  </Icon>
);

export const FileIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M14 3H6.5A1.5 1.5 0 0 0 5 4.5v15A1.5 1.5 0 0 0 6.5 21h11a1.5 1.5 0 0 0 1.5-1.5V8l-5-5Zm0 0v5h5M12 18v-6m0 0-2.5 2.5M12 12l2.5 2.5" />
  </Icon>
);

export const SearchIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm4.8 11.3L20 20" />
  </Icon>
);

export const MinusIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M6 12h12" />
  </Icon>
);

export const PlusIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M12 6v12M6 12h12" />
  </Icon>
);

export const DownloadIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M4.5 19.5h15" />
  </Icon>
);

export const CalendarIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M5 6.5h14v13H5zM5 10.5h14M8.5 4v4m7-4v4" />
  </Icon>
);

export const PrintIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M7.5 9V4h9v5M7.5 17H5V9h14v8h-2.5M7.5 14.5h9V20h-9z" />
  </Icon>
);

export const CopyIcon = ({ size }: Sized) => (
  <Icon size={size}>
    <path d="M9 9h10.5v10.5H9zM15 5.5V4.5H4.5V15H6" />
  </Icon>
);
