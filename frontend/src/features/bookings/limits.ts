/** Characters in the name of a traveller. */
export const MAX_NAME_LENGTH = 100;
