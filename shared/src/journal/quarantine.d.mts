export const QUARANTINE: string;
export function keepText(file: string, suffix: string, text: string): string;
