import { describeActionMatrix } from '../conformance/matrix/index.js';
import { sdrsPlane } from '../conformance/matrix/sdrs.plane.js';

describeActionMatrix(sdrsPlane);
