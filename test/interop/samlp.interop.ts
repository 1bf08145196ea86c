import { samlp } from './idps/samlp.ts';
import { describeJourneys } from './journeys.ts';

// It remembers nobody, and so has nobody to sign out.
describeJourneys(samlp, ['logoutThere', 'loggedOutThere']);
