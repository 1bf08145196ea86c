/**
 * A UUIDv7 (RFC 9562, section 5.7) in lower case: 48 bits of time in milliseconds, then 74 random bits. New rows get
 * neighbouring keys, which keeps the indexes of large tables warm.
 */
export function uuidv7(now: number, random: (size: number) => Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes.set(random(10).subarray(0, 10), 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
