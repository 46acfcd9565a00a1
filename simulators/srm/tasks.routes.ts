import { list, one, type Surface } from './surface.js';
import { taskAt, taskView } from './tasks.js';

/** Recent tasks of this appliance, all kinds (srm reference 5). */
export function taskRoutes(on: Surface): void {
  on.get('/tasks', 'FF', (call) => {
    const tasks = call.world.tasks.filter((task) => task.site === call.here && !task.hidden);
    return list(
      call,
      tasks.map((task) => taskView(task, call.version)),
    );
  });

  on.get('/tasks/:taskId', 'FF', (call) =>
    one(taskView(taskAt(call.sim, call.here, call.params.taskId), call.version)),
  );
}
