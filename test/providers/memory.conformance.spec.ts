import { memorySubject } from '../conformance/provider/harnesses/memory.js';
import { describeProviderConformance } from '../conformance/provider/index.js';

describeProviderConformance(memorySubject);
