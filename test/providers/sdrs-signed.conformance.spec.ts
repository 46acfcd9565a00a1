import { signedSdrsSubject } from '../conformance/provider/harnesses/sdrs.js';
import { describeProviderConformance } from '../conformance/provider/index.js';

describeProviderConformance(signedSdrsSubject);
