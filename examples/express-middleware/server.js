import express from 'express';
import { doorward, inGroup } from './doorward.js';

const { DOORWARD = 'http://127.0.0.1:4180', AUDIENCE = DOORWARD, PORT = '8080' } = process.env;

const app = express();
app.use(doorward({ issuer: DOORWARD, audience: AUDIENCE }));
app.get('/', (req, res) => res.send(`Hello ${req.user.name ?? req.user.userName}`));
app.get('/stewards', inGroup('stewards'), (req, res) => res.json(req.user));
app.listen(Number(PORT), '127.0.0.1');
