import { describeProviderConformance } from '../../../conformance/provider/index.js';
import { tidewaterSubject } from './tidewater.js';

describeProviderConformance(tidewaterSubject);
