export function keepText(file: string, suffix: string, text: string): string;
export function quarantined(dataDir: string): string[];
