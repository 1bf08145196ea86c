import { keycloakOidc } from './idps/keycloak.ts';
import { describeJourneys } from './journeys.ts';

describeJourneys(keycloakOidc);
