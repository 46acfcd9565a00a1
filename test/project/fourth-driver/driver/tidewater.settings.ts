import 'reflect-metadata';
import { IsUrl, Matches } from 'class-validator';

/** What a site of this provider says in the sites file. */
export class TidewaterSettings {
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'write the address of the port authority, such as https://port.example.org' },
  )
  endpoint!: string;

  @Matches(/^[!-~]{8,}$/, { message: 'write the token that the port authority gave out' })
  token!: string;
}
