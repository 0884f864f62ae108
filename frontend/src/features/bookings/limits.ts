/** Characters in the name of a passenger. */
export const MAX_NAME_LENGTH = 100;
