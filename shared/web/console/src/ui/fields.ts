/** Validation that forms share. The server validates again; this only saves a round trip. */
export const PASSWORD_LENGTH = 10;

export const filled = (sentence: string) => (value: string) => (value.trim() === "" ? sentence : null);

export const email = (missing: string, invalid: string) => (value: string) =>
  filled(missing)(value) ?? (/^\S+@\S+\.\S+$/.test(value.trim()) ? null : invalid);

export const longEnough = (sentence: string) => (value: string) =>
  [...value].length >= PASSWORD_LENGTH ? null : sentence;
