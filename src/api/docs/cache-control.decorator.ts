import { ApiHeader } from '@nestjs/swagger';

/** A read that is answered from what is known, unless the client insists. */
export const TakesCacheControl = () =>
  ApiHeader({
    name: 'Cache-Control',
    required: false,
    description: '`no-cache` asks anew.',
    schema: { type: 'string', example: 'no-cache' },
  });
