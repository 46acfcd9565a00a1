import { describeActionMatrix } from '../conformance/matrix/index.js';
import { srmPlane } from '../conformance/matrix/srm.plane.js';

describeActionMatrix(srmPlane);
