import { srmSubject } from '../conformance/provider/harnesses/srm.js';
import { describeProviderConformance } from '../conformance/provider/index.js';

describeProviderConformance(srmSubject);
