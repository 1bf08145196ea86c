import { samlify } from './idps/samlify.ts';
import { describeJourneys } from './journeys.ts';

// It remembers nobody, and so has nobody to sign out.
describeJourneys(samlify, ['logoutThere', 'loggedOutThere']);
